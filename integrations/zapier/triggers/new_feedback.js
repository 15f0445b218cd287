'use strict';

const { CUSTOMER, onEvent } = require('./on_event');

module.exports = onEvent({
  key: 'new_feedback',
  noun: 'Feedback',
  label: 'New Feedback',
  description: 'Triggers when a customer leaves feedback for the business.',
  type: 'feedback.created',
  fields: [
    { key: 'feedback_id', label: 'Feedback ID', type: 'integer', from: 'feedback.id', sample: 7 },
    { key: 'rating', label: 'Rating (1 to 5)', type: 'integer', from: 'feedback.rating', sample: 4 },
    { key: 'text', label: 'Text', from: 'feedback.text', sample: 'Friendly and quick.' },
    ...CUSTOMER,
  ],
});
