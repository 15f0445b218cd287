'use strict';

const { onEvent } = require('./on_event');

module.exports = onEvent({
  key: 'contact_opted_out',
  noun: 'Opt-Out',
  label: 'Contact Opted Out',
  description: 'Triggers when a customer wants no more messages.',
  type: 'contact.opted_out',
  told: ({ contact, suppression }) => ({
    contact_id: contact ? contact.id : null,
    first_name: contact ? contact.first_name : null,
    last_name: contact ? contact.last_name : null,
    email: contact ? contact.email : null,
    mobile_phone_number: contact ? contact.mobile_phone_number : null,
    channel: suppression ? suppression.channel : null,
    address: suppression ? suppression.address : null,
    reason: suppression ? suppression.reason : null,
  }),
  sample: {
    contact_id: 'f245e2a3-e141-4d41-912c-b1c1f5bd5598',
    first_name: 'Jane',
    last_name: 'Smith',
    email: 'jane@example.com',
    mobile_phone_number: '+12125551234',
    channel: 'email',
    address: 'jane@example.com',
    reason: 'unsubscribed',
  },
  outputFields: [
    { key: 'contact_id', label: 'Contact ID' },
    { key: 'first_name', label: 'First Name' },
    { key: 'last_name', label: 'Last Name' },
    { key: 'email', label: 'Email' },
    { key: 'mobile_phone_number', label: 'Mobile Phone Number' },
    { key: 'channel', label: 'Channel (email or sms)' },
    { key: 'address', label: 'Address' },
    { key: 'reason', label: 'Reason' },
  ],
});
