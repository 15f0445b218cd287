'use strict';

const { CUSTOMER, onEvent } = require('./on_event');

module.exports = onEvent({
  key: 'request_responded',
  noun: 'Response',
  label: 'Request Responded',
  description: 'Triggers when a customer answers a review request: on its page, on a review site, or by text message.',
  type: 'review_request.responded',
  fields: [
    { key: 'how', label: 'How', from: 'review_request.reason', sample: 'Went to Google.' },
    {
      key: 'responded_at',
      label: 'Responded At',
      type: 'datetime',
      from: 'review_request.responded_at',
      sample: '2026-01-02T12:00:00Z',
    },
    ...CUSTOMER,
  ],
});
