/**
 * The topology of this deployment: user events in, audit events out, one for one, under the same key bytes.
 *
 *   user.events -> read, validate -> (ask the directory) -> audit event -> system.audit
 */
import { Consumed, Named, Produced, Serdes, StreamsBuilder, type Topology } from '../../src/index.js';
import { auditHeaders } from './audit-headers.js';
import { auditProcessor } from './audit-processor.js';
import { auditSerde } from './audit-serde.js';
import { createDirectory, type Directory, type DirectorySettings } from './clients/directory.js';
import { createUserEventSerde } from './user-event-serde.js';

export interface UserAuditSettings {
  /** The CloudEvents source of what is written is `/<applicationId>`. */
  readonly applicationId: string;
  readonly sourceTopics: readonly string[];
  readonly auditTopic: string;
  readonly schemasStrict: boolean;
  readonly directory: DirectorySettings | undefined;
}

/** `directory` replaces the client that the settings describe: for tests. */
export const buildTopology = (
  settings: UserAuditSettings,
  directory: Directory | undefined = settings.directory && createDirectory(settings.directory),
): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream(
      settings.sourceTopics,
      Consumed.with(Serdes.bytes(), createUserEventSerde({ strict: settings.schemasStrict })).withName(
        'user-events',
      ),
    )
    .processValues(auditProcessor(auditHeaders(`/${settings.applicationId}`), directory), Named.as('audit'))
    .to(settings.auditTopic, Produced.with(Serdes.bytes(), auditSerde).withName('audit-events'));
  return builder.build();
};
