import { expect } from 'chai';
import fc from 'fast-check';
import { EventTypeResolver, headerText, typeHeaders } from '../../../src/record/event-type.js';
import type { Headers } from '../../../src/record/record.js';

const resolver = new EventTypeResolver({
  known: ['user.registered', 'user.updated', 'user.auth'],
  classNames: { 'com.acme.legacy.Anmeldung': 'user.auth' },
});

const headers = (entries: Readonly<Record<string, string>>): Headers =>
  Object.entries(entries).map(([name, value]) => ({ name, value: Buffer.from(value) }));

const resolve = (
  from: Readonly<Record<string, string>>,
  cloudEventType?: string,
  payload: unknown = {},
  topic = 'user.events',
): string | undefined => resolver.resolve(typeHeaders(headers(from)), cloudEventType, payload, topic).type;

describe('event type', () => {
  describe('names', () => {
    const NAMES: readonly (readonly [string, string | undefined, number?])[] = [
      ['user.registered', 'user.registered'],
      ['com.x.UserRegisteredEvent', 'user.registered'],
      ['com.x.events.Outer$UserAuthEvent', 'user.auth'],
      ['com.x.Outer$Inner$UserAuth', 'user.auth'],
      ['UserUpdated', 'user.updated'],
      ['userUpdated', 'user.updated'],
      ['USER_REGISTERED', 'user.registered'],
      ['USER_REGISTERED_EVENT', 'user.registered'],
      ['user-registered', 'user.registered'],
      ['user_auth', 'user.auth'],
      ['com.acme.user.registered', 'user.registered'],
      ['user.auth.event', undefined],
      ['user.registered.v1', 'user.registered', 1],
      ['user.registered/1.0', 'user.registered', 1],
      ['user.registered.1.0', 'user.registered', 1],
      ['user.registered:v2', 'user.registered', 2],
      ['user.registered-v2.1', 'user.registered', 2],
      ['com.x.UserRegisteredEventV2', 'user.registered', 2],
      ['com.x.UserRegisteredV2Event', 'user.registered', 2],
      ['com.acme.legacy.Anmeldung', 'user.auth'],
      ['com.x.AdminUserRegisteredEvent', undefined],
      ['NOT_USER_REGISTERED', undefined],
      ['user.deleted', undefined],
      ['com.x.UserDeletedEvent', undefined],
      ['Event', undefined],
      ['$', undefined],
      ['...', undefined],
      ['__proto__', undefined],
      ['constructor', undefined],
      ['user.registered' + 'x'.repeat(300), undefined],
    ];
    for (const [name, type, major] of NAMES) {
      it(`"${name.slice(0, 60)}" stands for ${type ?? 'no known type'}${major === undefined ? '' : `, version ${major}`}`, () => {
        const resolved = resolver.named(name);
        expect(resolved.type).to.equal(type);
        if (type !== undefined) expect(resolved.major).to.equal(major);
      });
    }

    it('reads a name the same way the second time', () => {
      const fresh = new EventTypeResolver({ known: ['user.auth'] });
      expect(fresh.named('UserAuthEvent')).to.deep.equal(fresh.named('UserAuthEvent'));
    });

    it('never throws and gives known types only, whatever the name', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
          expect([undefined, 'user.registered', 'user.updated', 'user.auth']).to.include(
            resolver.named(name).type,
          );
        }),
      );
    });
  });

  describe('order of answers', () => {
    /** From the strongest to the weakest; each one answers `user.auth` while all weaker ones say something else. */
    const places = [
      'ce_type',
      'structured',
      'eventType',
      'type',
      '__TypeId__',
      'payload.eventType',
      'payload.type',
      'topic',
    ] as const;

    const ask = (says: ReadonlyMap<string, string>): string | undefined => {
      const inHeaders: Record<string, string> = {};
      for (const name of ['__TypeId__', 'type', 'eventType', 'ce_type']) {
        const value = says.get(name);
        if (value !== undefined) inHeaders[name] = value;
      }
      const payload: Record<string, unknown> = {};
      for (const name of ['eventType', 'type']) {
        const value = says.get(`payload.${name}`);
        if (value !== undefined) payload[name] = value;
      }
      return resolve(inHeaders, says.get('structured'), payload, says.get('topic') ?? 'user.events');
    };

    it('is: ce_type, structured type, eventType, type, __TypeId__, payload eventType, payload type, topic', () => {
      fc.assert(
        fc.property(
          fc.subarray([...places], { minLength: 1 }),
          fc.constantFrom('user.updated', 'user.deleted'),
          (asked, others) => {
            const strongest = places.find((place) => asked.includes(place));
            const says = new Map<string, string>(
              asked.map((place) => [place, place === strongest ? 'user.auth' : others]),
            );
            expect(ask(says)).to.equal('user.auth');
          },
        ),
        { numRuns: 300 },
      );
    });

    it('lets an unknown answer stand: a weaker one that is known does not overrule it', () => {
      expect(resolve({ ce_type: 'user.deleted', __TypeId__: 'com.x.UserAuthEvent' })).to.equal(undefined);
    });

    it('passes over what is no answer: empty, null, not UTF-8, not a text', () => {
      expect(resolve({ ce_type: '', type: ' ', eventType: '""' }, undefined, { type: 'user.auth' })).to.equal(
        'user.auth',
      );
      const odd: Headers = [
        { name: 'ce_type', value: null },
        { name: 'type', value: Buffer.from([0xff]) },
      ];
      expect(
        resolver.resolve(typeHeaders(odd), undefined, { eventType: 5, type: 'user.auth' }, 't').type,
      ).to.equal('user.auth');
    });

    it('asks payloads that are no objects without harm', () => {
      for (const payload of [null, 1, 'user.auth', [], undefined])
        expect(resolve({}, undefined, payload)).to.equal(undefined);
    });

    it('falls back to the topic, with its version', () => {
      expect(resolver.resolve(typeHeaders([]), undefined, {}, 'user.auth.v3')).to.deep.equal({
        type: 'user.auth',
        major: 3,
      });
    });
  });

  it('counts the last of several headers of one name, as Java does', () => {
    const twice: Headers = [...headers({ ce_type: 'user.auth' }), ...headers({ ce_type: 'user.updated' })];
    expect(resolver.resolve(typeHeaders(twice), undefined, {}, 't').type).to.equal('user.updated');
  });

  it('takes off the quotes that a JSON header mapper puts around text', () => {
    expect(headerText({ name: 'type', value: Buffer.from('"user.auth"') })).to.equal('user.auth');
    expect(headerText({ name: 'type', value: Buffer.from('"') })).to.equal('"');
  });
});
