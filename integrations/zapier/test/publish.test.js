'use strict';

// What Zapier asks of an app before it publishes it, as far as the definition shows it. The numbers are those of
// https://docs.zapier.com/integrations/publish/integration-checks-reference; the others are from its page of
// publishing requirements.
const assert = require('node:assert/strict');
const { test } = require('node:test');

const App = require('..');

const triggers = Object.values(App.triggers);
const creates = Object.values(App.creates);
const parts = [...triggers, ...creates];
const staticFields = creates.flatMap((part) => part.operation.inputFields).filter((field) => typeof field !== 'function');

const isTitle = (words) => words.split(/[ -]/).every((word) => /^[(\d]|^[A-Z]|^(to|or|and|of|for|by)$/.test(word));
const TYPES = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  datetime: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:?\d\d)$/.test(value),
};

test('there is something to look at', () => {
  assert.deepEqual(
    triggers.filter((part) => !part.display.hidden).map((part) => part.display.label),
    ['New Feedback', 'Request Responded', 'Review Request Failed', 'Contact Opted Out'],
  );
  assert.deepEqual(creates.map((part) => part.display.label), ['Send Review Request']);
});

test('labels are in title case (D018), of parts and of fields', () => {
  assert.equal(isTitle('New contact'), false);
  for (const part of parts) {
    assert.ok(isTitle(part.display.label), part.display.label);
    assert.ok(isTitle(part.noun), part.noun);
    part.operation.outputFields.forEach((field) => assert.ok(isTitle(field.label), field.label));
  }
  staticFields.forEach((field) => assert.ok(isTitle(field.label), field.label));
});

test('descriptions of triggers begin with “Triggers when” and end with a full stop (D021)', () => {
  for (const part of triggers) {
    assert.match(part.display.description, /^Triggers when .+[^.]\.$/, part.key);
  }
  creates.forEach((part) => assert.match(part.display.description, /^[A-Z][a-z]+s .+[^.]\.$/));
});

test('descriptions name neither the app nor an address (D008)', () => {
  const descriptions = parts.map((part) => part.display.description);
  for (const text of [...descriptions, ...staticFields.map((field) => field.helpText)]) {
    assert.doesNotMatch(text, /ReviewHub|https?:/);
  }
});

test('hooks can be subscribed, ended and polled (D006, D017)', () => {
  for (const { key, operation } of triggers.filter((part) => part.operation.type === 'hook')) {
    for (const method of ['performSubscribe', 'performUnsubscribe', 'perform', 'performList']) {
      assert.equal(typeof operation[method], 'function', `${key}.${method}`);
    }
  }
});

test('samples have an id and every field, of its type and with its time zone (D010, D012, D023, D024)', () => {
  for (const { key, operation } of parts) {
    const { sample, outputFields } = operation;
    assert.deepEqual(Object.keys(sample).sort(), outputFields.map((field) => field.key).sort(), key);
    assert.ok(sample.id, key);
    for (const field of outputFields) {
      const values = field.list ? sample[field.key] : [sample[field.key]];
      values
        .filter((value) => value !== null)
        .forEach((value) => assert.ok(TYPES[field.type || 'string'](value), `${key}.${field.key}`));
    }
  }
});

test('help says what the label does not (D011), and nobody is asked for an id (D004)', () => {
  assert.ok(staticFields.length > 5); // D022
  for (const field of staticFields) {
    assert.notEqual(field.helpText.replace(/\W/g, '').toLowerCase(), field.label.replace(/\W/g, '').toLowerCase());
    assert.doesNotMatch(field.label, /\bID\b/);
  }
});

test('a connection says whose it is (D003)', () => {
  assert.match(App.authentication.connectionLabel, /{{.+}}/);
});
