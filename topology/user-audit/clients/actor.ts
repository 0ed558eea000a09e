/**
 * The actor out of the directory's answer: four fields and nothing else of it. null is absent, as Java
 * services write it. Anything of another type is an answer that will not get better: not retryable.
 */
import { isJsonObject, NotRetryableError, type JsonObject } from '../../../src/index.js';
import type { Actor } from '../audit-mapping.js';

const wrong = (field: string): NotRetryableError =>
  new NotRetryableError('directory-answer', `the directory's answer has no valid ${field}`);

const optionalText = (answer: JsonObject, field: string): string | undefined => {
  const value = answer[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrong(field);
  return value;
};

const optionalRoles = (answer: JsonObject): string[] | undefined => {
  const { roles } = answer;
  if (roles === undefined || roles === null) return undefined;
  if (!Array.isArray(roles) || !roles.every((role): role is string => typeof role === 'string'))
    throw wrong('roles');
  return roles;
};

export const actorFrom = (answer: unknown): Actor => {
  if (!isJsonObject(answer)) throw wrong('object');
  const id = optionalText(answer, 'id');
  if (id === undefined || id === '') throw wrong('id');
  const displayName = optionalText(answer, 'displayName');
  const department = optionalText(answer, 'department');
  const roles = optionalRoles(answer);
  return {
    id,
    ...(displayName === undefined ? {} : { displayName }),
    ...(department === undefined ? {} : { department }),
    ...(roles === undefined ? {} : { roles }),
  };
};
