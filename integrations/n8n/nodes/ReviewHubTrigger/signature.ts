import { createHmac, timingSafeEqual } from 'crypto';

const TOLERANCE = 5 * 60; // seconds

type Headers = Record<string, string | string[] | undefined>;

/** Whether a call is signed with the secret, and lately: https://www.standardwebhooks.com. */
export function isSigned(secret: string, headers: Headers, body: string, now = Date.now() / 1000): boolean {
  const [id, moment, signatures] = ['id', 'timestamp', 'signature'].map((name) => headers[`webhook-${name}`]);
  if (typeof id !== 'string' || typeof moment !== 'string' || typeof signatures !== 'string') {
    return false;
  }
  if (!(Math.abs(now - Number(moment)) <= TOLERANCE)) {
    return false;
  }
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${moment}.${body}`).digest();
  return signatures.split(' ').some((signature) => {
    const [version, encoded] = signature.split(',');
    const given = Buffer.from(encoded ?? '', 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
