'use strict';

const { isPublished, to } = require('../lib/paths');

// The fields that every account has, so that templates of Zaps can fill them. The server's tests hold them equal to
// those that the API tells.
const FIELDS = [
  {
    key: 'first_name',
    label: 'First Name',
    type: 'string',
    required: false,
    helpText: 'Up to 150 characters.',
    placeholder: 'Jane',
  },
  {
    key: 'last_name',
    label: 'Last Name',
    type: 'string',
    required: false,
    helpText: 'Up to 150 characters.',
    placeholder: 'Smith',
  },
  {
    key: 'email',
    label: 'Email',
    type: 'string',
    required: false,
    helpText: "Contact's email address (required if no Mobile Phone Number). Up to 254 characters.",
    placeholder: 'jane@example.com',
  },
  {
    key: 'mobile_phone_number',
    label: 'Mobile Phone Number',
    type: 'string',
    required: false,
    helpText: "Contact's mobile phone number in E.164 format (required if no email). Up to 40 characters.",
    placeholder: '+12125551234',
  },
  {
    key: 'company_name',
    label: 'Company Name',
    type: 'string',
    required: false,
    helpText: 'Up to 150 characters.',
    placeholder: 'Smith Industries',
  },
  {
    key: 'delay_hours',
    label: 'Delay Hours',
    type: 'integer',
    required: false,
    helpText: 'Hours to wait before sending the review request. From 0 to 8760.',
    default: '0',
  },
];
const KEYS = FIELDS.map(({ key }) => key);

// People choose a sequence by its name.
const SEQUENCE = {
  helpText: 'Which messages are sent, and when. The default sequence, if none is chosen.',
  dynamic: 'sequence.id.name',
};
const withChoice = (field) => (field.key === 'sequence' && !isPublished() ? { ...field, ...SEQUENCE } : field);

// All others as the API tells them: what it learns to take, Zaps can send.
const moreFields = async (z) => {
  const response = await z.request({ url: to('fields') });
  return response.data.fields.filter(({ key }) => !KEYS.includes(key)).map(withChoice);
};

// Without an Idempotency-Key: Zapier does not say which run of a Zap it is, and two runs may ask the same. A step that
// is tried again while the customer is being asked is answered with that request.
const perform = async (z, bundle) => {
  const given = Object.entries(bundle.inputData).filter(([, value]) => value !== '' && value !== null);
  const body = Object.fromEntries(given);
  return (await z.request({ url: to('ask'), method: 'POST', body })).data;
};

module.exports = {
  key: 'send_review_request',
  noun: 'Review Request',
  display: {
    label: 'Send Review Request',
    description: 'Asks a customer for a review, by e-mail or text message, and follows up.',
  },
  operation: {
    inputFields: [...FIELDS, moreFields],
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
      reason: null,
      external_id: 'job-1047',
      held: false,
      language: 'en',
      warnings: [],
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
      { key: 'external_id', label: 'Your Reference' },
      { key: 'held', label: 'Held', type: 'boolean' },
      { key: 'language', label: 'Language' },
      { key: 'warnings', label: 'Warnings', list: true },
    ],
  },
};
