'use strict';

const { onEvent } = require('./on_event');

module.exports = onEvent({
  key: 'contact_opted_out',
  noun: 'Opt-Out',
  label: 'Contact Opted Out',
  description: 'Triggers when a customer wants no more messages.',
  type: 'contact.opted_out',
  fields: [
    { key: 'first_name', label: 'First Name', from: 'contact.first_name', sample: 'Jane' },
    { key: 'last_name', label: 'Last Name', from: 'contact.last_name', sample: 'Smith' },
    { key: 'company_name', label: 'Company Name', from: 'contact.company_name', sample: 'Smith Industries' },
    { key: 'email', label: 'Email', from: 'contact.email', sample: 'jane@example.com' },
    {
      key: 'mobile_phone_number',
      label: 'Mobile Phone Number',
      from: 'contact.mobile_phone_number',
      sample: '+12125551234',
    },
    { key: 'channel', label: 'Channel (Email or SMS)', from: 'suppression.channel', sample: 'email' },
    { key: 'address', label: 'Address', from: 'suppression.address', sample: 'jane@example.com' },
    { key: 'reason', label: 'Reason', from: 'suppression.reason', sample: 'unsubscribed' },
    { key: 'contact_id', label: 'Contact ID', from: 'contact.id', sample: 'f245e2a3-e141-4d41-912c-b1c1f5bd5598' },
  ],
});
