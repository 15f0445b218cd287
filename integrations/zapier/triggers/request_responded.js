'use strict';

const { CUSTOMER_FIELDS, JANE, customer, onEvent } = require('./on_event');

module.exports = onEvent({
  key: 'request_responded',
  noun: 'Response',
  label: 'Request Responded',
  description: 'Triggers when a customer answers a review request: on its page, on a review site, or by text message.',
  type: 'review_request.responded',
  told: ({ review_request: request }) => ({
    ...customer(request),
    how: request.reason,
    external_id: request.external_id,
    responded_at: request.responded_at,
  }),
  sample: { ...JANE, how: 'Went to Google.', external_id: 'job-1047', responded_at: '2026-01-02T12:00:00Z' },
  outputFields: [
    ...CUSTOMER_FIELDS,
    { key: 'how', label: 'How' },
    { key: 'external_id', label: 'Your ID' },
    { key: 'responded_at', label: 'Responded At', type: 'datetime' },
  ],
});
