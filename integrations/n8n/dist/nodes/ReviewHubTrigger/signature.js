"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.isSigned = isSigned;
const crypto_1 = require("crypto");
const TOLERANCE = 5 * 60; // seconds
/** Whether a call is signed with the secret, and lately: https://www.standardwebhooks.com. */
function isSigned(secret, headers, body, now = Date.now() / 1000) {
    const [id, moment, signatures] = ['id', 'timestamp', 'signature'].map((name) => headers[`webhook-${name}`]);
    if (typeof id !== 'string' || typeof moment !== 'string' || typeof signatures !== 'string') {
        return false;
    }
    if (!(Math.abs(now - Number(moment)) <= TOLERANCE)) {
        return false;
    }
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const expected = (0, crypto_1.createHmac)('sha256', key).update(`${id}.${moment}.${body}`).digest();
    return signatures.split(' ').some((signature) => {
        const [version, encoded] = signature.split(',');
        const given = Buffer.from(encoded ?? '', 'base64');
        return version === 'v1' && given.length === expected.length && (0, crypto_1.timingSafeEqual)(given, expected);
    });
}
