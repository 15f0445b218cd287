'use strict';

const { CUSTOMER_FIELDS, JANE, customer, onEvent } = require('./on_event');

module.exports = onEvent({
  key: 'feedback_received',
  noun: 'Feedback',
  label: 'Feedback Received',
  description: 'Triggers when a customer tells the business something.',
  type: 'feedback.created',
  told: ({ feedback, review_request: request }) => ({
    feedback_id: feedback.id,
    rating: feedback.rating,
    text: feedback.text,
    ...customer(request),
  }),
  sample: { feedback_id: 7, rating: 4, text: 'Friendly and quick.', ...JANE },
  outputFields: [
    { key: 'feedback_id', label: 'Feedback ID', type: 'integer' },
    { key: 'rating', label: 'Rating (1 to 5)', type: 'integer' },
    { key: 'text', label: 'Text' },
    ...CUSTOMER_FIELDS,
  ],
});
