'use strict';

const { to } = require('../lib/paths');
const { isSigned } = require('../lib/signature');

// A trigger for one type of event: by REST hook, and by polling where Zapier polls. `told` makes of the event's data
// what a Zap shows; its id is the event's, by which Zapier knows what it has seen.
const onEvent = ({ key, noun, label, description, type, told, sample, outputFields }) => {
  const shown = (event) => ({ id: event.id, happened_at: event.timestamp, ...told(event.data) });

  const performSubscribe = async (z, bundle) => {
    const body = { url: bundle.targetUrl, events: [type], description: `Zapier: ${label}` };
    return (await z.request({ url: to('hooks'), method: 'POST', body })).data;
  };

  const performUnsubscribe = async (z, bundle) => {
    const url = `${to('hooks')}/${bundle.subscribeData.id}`;
    const response = await z.request({ url, method: 'DELETE', skipThrowForStatus: true });
    if (response.status !== 204 && response.status !== 404) {
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
    const response = await z.request({ url: to('events'), params: { type, page_size: 50 } });
    return response.data.results.map(shown);
  };

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
      sample: { id: '0198c5a2-7c3b-7000-8000-000000000000', happened_at: '2026-01-02T12:00:00Z', ...sample },
      outputFields: [
        { key: 'id', label: 'Event ID' },
        { key: 'happened_at', label: 'Happened At', type: 'datetime' },
        ...outputFields,
      ],
    },
  };
};

// The customer that a request went to.
const customer = (request) => ({
  review_request_id: request ? request.id : null,
  contact_id: request ? request.contact_id : null,
  contact_name: request ? request.contact_name : null,
  contact_email: request ? request.contact_email : null,
  contact_phone: request ? request.contact_phone : null,
});
const JANE = {
  review_request_id: '497f6eca-6276-4993-bfeb-53cbbbba6f08',
  contact_id: 'f245e2a3-e141-4d41-912c-b1c1f5bd5598',
  contact_name: 'Jane Smith',
  contact_email: 'jane@example.com',
  contact_phone: '+12125551234',
};
const CUSTOMER_FIELDS = [
  { key: 'review_request_id', label: 'Review Request ID' },
  { key: 'contact_id', label: 'Contact ID' },
  { key: 'contact_name', label: 'Contact Name' },
  { key: 'contact_email', label: 'Contact Email' },
  { key: 'contact_phone', label: 'Contact Phone' },
];

module.exports = { CUSTOMER_FIELDS, JANE, customer, onEvent };
