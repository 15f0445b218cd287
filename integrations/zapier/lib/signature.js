'use strict';

const crypto = require('node:crypto');

const TOLERANCE = 5 * 60; // seconds

// Whether a call is signed with the secret, and lately: https://www.standardwebhooks.com. `headers` by lower-case name.
const isSigned = (secret, headers, body, now = Date.now() / 1000) => {
  const [id, moment] = [headers['webhook-id'], headers['webhook-timestamp']];
  if (!id || !moment || Math.abs(now - Number(moment)) > TOLERANCE) {
    return false;
  }
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const right = crypto.createHmac('sha256', key).update(`${id}.${moment}.${body}`).digest();
  return (headers['webhook-signature'] || '').split(' ').some((signature) => {
    const [version, given] = signature.split(',');
    const bytes = Buffer.from(given || '', 'base64');
    return version === 'v1' && bytes.length === right.length && crypto.timingSafeEqual(bytes, right);
  });
};

module.exports = { isSigned };
