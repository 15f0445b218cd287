'use strict';

const { CUSTOMER, onEvent } = require('./on_event');

module.exports = onEvent({
  key: 'review_request_failed',
  noun: 'Failure',
  label: 'Review Request Failed',
  description: 'Triggers when a review request cannot reach its customer, by e-mail or by text message.',
  type: 'review_request.failed',
  fields: [
    {
      key: 'reason',
      label: 'Reason',
      from: 'review_request.reason',
      sample: 'The contact has no address left that this request may be sent to.',
    },
    ...CUSTOMER,
  ],
});
