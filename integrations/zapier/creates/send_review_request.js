'use strict';

const crypto = require('node:crypto');

const { to } = require('../lib/paths');

// The fields are the API's own: what it learns to take, Zaps can send.
const fields = async (z) => (await z.request({ url: to('fields') })).data.fields;

const perform = async (z, bundle) => {
  const given = Object.fromEntries(Object.entries(bundle.inputData).filter(([, value]) => value !== '' && value !== null));
  // Zapier tries a step again that got no answer: the same step of the same run asks once.
  const run = bundle.meta && bundle.meta.zap && bundle.meta.zap.id ? `${bundle.meta.zap.id}:` : '';
  const key = crypto.createHash('sha256').update(run + JSON.stringify(given)).digest('hex');
  const response = await z.request({
    url: to('ask'),
    method: 'POST',
    headers: { 'Idempotency-Key': `zapier-${key}` },
    body: given,
  });
  return response.data;
};

module.exports = {
  key: 'send_review_request',
  noun: 'Review Request',
  display: {
    label: 'Send Review Request',
    description: 'Asks a customer for a review, by e-mail or text message, and follows up.',
  },
  operation: {
    inputFields: [fields],
    perform,
    sample: {
      id: '497f6eca-6276-4993-bfeb-53cbbbba6f08',
      contact_id: 'f245e2a3-e141-4d41-912c-b1c1f5bd5598',
      contact_name: 'Jane Smith',
      contact_email: 'jane@example.com',
      contact_phone: '+12125551234',
      scheduled_for: '2026-01-02T12:00:00Z',
      status: 'scheduled',
      message: 'Review request scheduled for jane@example.com',
      held: false,
    },
    outputFields: [
      { key: 'id', label: 'Review Request ID' },
      { key: 'contact_id', label: 'Contact ID' },
      { key: 'contact_name', label: 'Contact Name' },
      { key: 'contact_email', label: 'Contact Email' },
      { key: 'contact_phone', label: 'Contact Phone' },
      { key: 'scheduled_for', label: 'Scheduled For', type: 'datetime' },
      { key: 'status', label: 'Status' },
      { key: 'message', label: 'Message' },
      { key: 'reason', label: 'Reason' },
      { key: 'held', label: 'Held', type: 'boolean' },
    ],
  },
};
