'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const zapier = require('zapier-platform-core');
const { validateAppDefinition } = require('zapier-platform-schema');

const App = require('..');
const { explain } = require('../lib/answers');
const { isSigned } = require('../lib/signature');

// The platform's own look at an app: functions become references, then its schema judges.
const problems = async (app) => (await zapier.createAppHandler(app)({ command: 'validate' })).results;

test('the platform has nothing against the definition', async () => {
  assert.deepEqual(await problems(App), []);
});

test('it would have something against a broken one', async () => {
  const broken = { ...App, creates: { other_key: App.creates.send_review_request } };
  assert.notDeepEqual(await problems(broken), []);
  assert.notEqual(validateAppDefinition({ version: 'one' }).errors.length, 0);
});

test('signatures are those of the specification', () => {
  // The example of the Standard Webhooks specification.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const body = '{"test": 2432232314}';
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,b2xk v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  assert.equal(isSigned(secret, headers, body, 1614265330), true);
  assert.equal(isSigned(secret, headers, body + ' ', 1614265330), false);
  assert.equal(isSigned(secret, headers, body, 1614265330 + 301), false);
  assert.equal(isSigned('whsec_AAAA', headers, body, 1614265330), false);
  assert.equal(isSigned(secret, {}, body, 1614265330), false);
});

test('a server that is away for a while makes Zapier wait, one that fails does not', () => {
  class ThrottledError extends Error {
    constructor(message, delay) {
      super(message);
      this.delay = delay;
    }
  }
  const z = { errors: { ThrottledError, Error: class extends Error {} } };
  const answer = (status, wait) => ({ status, json: { error_description: 'Words.' }, getHeader: () => wait });
  assert.throws(() => explain(answer(503, '30'), z), (error) => error instanceof ThrottledError && error.delay === 30);
  assert.throws(() => explain(answer(503, null), z), (error) => error instanceof z.errors.Error);
  assert.throws(() => explain(answer(500, '30'), z), { message: 'Words.' });
  const left = { ...answer(404, null), skipThrowForStatus: true };
  assert.equal(explain(left, z), left);
});
