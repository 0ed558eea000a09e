/** Bad events are dead letters for exactly the reason that they were made for. */
import { expect } from 'chai';
import { NotRetryableError } from '../../../../src/record/record-error.js';
import { BAD_KINDS, spoiled } from '../../../../topology/user-audit/bad-events.js';
import { sampleEvents } from '../../../../topology/user-audit/sample-events.js';
import { userEventFormat } from '../../../../topology/user-audit/user-event-publisher.js';
import { createUserEventSerde } from '../../../../topology/user-audit/user-event-serde.js';

describe('bad events', () => {
  const format = userEventFormat('/test');
  const serde = createUserEventSerde({ strict: false });

  for (const kind of BAD_KINDS)
    it(`of the kind ${kind} are refused for that reason, whoever wrote them, under the key of their user`, () => {
      const next = sampleEvents({ seed: 3, users: 10 });
      for (let i = 0; i < 100; i++) {
        const event = next(1_770_000_000_000 + i);
        const { key, value, headers } = spoiled(event, kind, format);
        expect(key?.toString()).to.equal(event.data.userId);
        const read = headers.map((header) => ({ name: header.name, value: Buffer.from(header.value) }));
        try {
          serde.deserialize(value, { topic: 'user.events', headers: read, isKey: false });
        } catch (error) {
          expect(error).to.be.instanceOf(NotRetryableError);
          expect((error as NotRetryableError).reason).to.equal(kind);
          continue;
        }
        throw new Error(`event ${i} was read`);
      }
    });
});
