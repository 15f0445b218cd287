'use strict';

const { to } = require('../lib/paths');
const { isSigned } = require('../lib/signature');

// A trigger for one type of event: by REST hook, and by polling where Zapier polls. Each of `fields` is one key that a
// Zap shows: `from` says where the event's data has it, as `row.name`; a row that is gone or never was makes it null.
// The id is the event's, by which Zapier knows what it has seen.
const onEvent = ({ key, noun, label, description, type, fields }) => {
  const shown = ({ id, timestamp, data }) => {
    const valueOf = ({ from }) => from.split('.').reduce((place, name) => (place ? place[name] : null), data) ?? null;
    const values = fields.map((field) => [field.key, valueOf(field)]);
    return { id, happened_at: timestamp, ...Object.fromEntries(values) };
  };

  const performSubscribe = async (z, bundle) => {
    const body = { url: bundle.targetUrl, events: [type], description: `Zapier: ${label}` };
    return (await z.request({ url: to('hooks'), method: 'POST', body })).data;
  };

  // A function, since its answer is empty (204); a webhook that is gone already is no error.
  const performUnsubscribe = async (z, bundle) => {
    const url = `${to('hooks')}/${bundle.subscribeData.id}`;
    const response = await z.request({ url, method: 'DELETE', skipThrowForStatus: true });
    if (response.status !== 404) {
      response.throwForStatus();
    }
    return {};
  };

  const perform = async (z, bundle) => {
    const secret = bundle.subscribeData && bundle.subscribeData.secret;
    const call = bundle.rawRequest;
    if (secret && call) {
      const plain = Object.entries(call.headers || {}).map(([name, value]) => [name.toLowerCase().replace(/^http-/, ''), value]);
      if (!isSigned(secret, Object.fromEntries(plain), call.content)) {
        throw new z.errors.HaltedError('The signature of this call is not ReviewHub’s.');
      }
    }
    const event = bundle.cleanedRequest;
    return event.type === type ? [shown(event)] : [];
  };

  const performList = async (z) => {
    const response = await z.request({ url: to('events'), params: { type, page_size: 100 } });
    return response.data.results.map(shown);
  };

  const ours = [
    { key: 'id', label: 'Event ID', sample: '0198c5a2-7c3b-7000-8000-000000000000' },
    { key: 'happened_at', label: 'Happened At', type: 'datetime', sample: '2026-01-02T12:00:00Z' },
  ];
  return {
    key,
    noun,
    display: { label, description },
    operation: {
      type: 'hook',
      performSubscribe,
      performUnsubscribe,
      perform,
      performList,
      sample: Object.fromEntries([...ours, ...fields].map((field) => [field.key, field.sample])),
      outputFields: [...ours, ...fields].map(({ from, sample, ...field }) => field),
    },
  };
};

// The customer that a request went to.
const CUSTOMER = [
  { key: 'contact_name', label: 'Contact Name', from: 'review_request.contact_name', sample: 'Jane Smith' },
  { key: 'contact_first_name', label: 'Contact First Name', from: 'review_request.contact_first_name', sample: 'Jane' },
  { key: 'contact_last_name', label: 'Contact Last Name', from: 'review_request.contact_last_name', sample: 'Smith' },
  { key: 'contact_email', label: 'Contact Email', from: 'review_request.contact_email', sample: 'jane@example.com' },
  { key: 'contact_phone', label: 'Contact Phone', from: 'review_request.contact_phone', sample: '+12125551234' },
  {
    key: 'contact_id',
    label: 'Contact ID',
    from: 'review_request.contact_id',
    sample: 'f245e2a3-e141-4d41-912c-b1c1f5bd5598',
  },
  {
    key: 'review_request_id',
    label: 'Review Request ID',
    from: 'review_request.id',
    sample: '497f6eca-6276-4993-bfeb-53cbbbba6f08',
  },
  { key: 'external_id', label: 'Your Reference', from: 'review_request.external_id', sample: 'job-1047' },
];

module.exports = { CUSTOMER, onEvent };
