/* eslint-disable */
// Generated from topology/user-audit/schemas/user.registered.json by `npm run generate`: change that file, then run it again.
/**
 * A user account was created. Version 1.0; the record's key is the userId.
 */
export interface UserRegistered {
  /**
   * The user.
   */
  userId: string;
  /**
   * The kind of account.
   */
  userType: string;
  /**
   * The address that was registered.
   */
  email: string;
  /**
   * When it happened. Read as ISO 8601 with an offset, epoch seconds or epoch milliseconds; validated and written as UTC with milliseconds.
   */
  timestamp: string;
  /**
   * Where the event comes from.
   */
  metadata: {
    /**
     * The service that wrote the event.
     */
    source: string;
    /**
     * Joins the events of one request.
     */
    correlationId: string;
  };
}

export const userRegisteredSchema = {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:audit-lanes:schema:user.registered/1.0",
  "title": "UserRegistered",
  "description": "A user account was created. Version 1.0; the record's key is the userId.",
  "type": "object",
  "required": [
    "userId",
    "userType",
    "email",
    "timestamp",
    "metadata"
  ],
  "properties": {
    "userId": {
      "type": "string",
      "format": "uuid",
      "description": "The user."
    },
    "userType": {
      "type": "string",
      "minLength": 1,
      "description": "The kind of account."
    },
    "email": {
      "type": "string",
      "format": "email",
      "maxLength": 320,
      "description": "The address that was registered."
    },
    "timestamp": {
      "type": "string",
      "format": "date-time",
      "description": "When it happened. Read as ISO 8601 with an offset, epoch seconds or epoch milliseconds; validated and written as UTC with milliseconds."
    },
    "metadata": {
      "type": "object",
      "description": "Where the event comes from.",
      "required": [
        "source",
        "correlationId"
      ],
      "properties": {
        "source": {
          "type": "string",
          "minLength": 1,
          "description": "The service that wrote the event."
        },
        "correlationId": {
          "type": "string",
          "format": "uuid",
          "description": "Joins the events of one request."
        }
      }
    }
  },
  "examples": [
    {
      "userId": "7f8a2f5e-3f0a-4a56-9c1d-2f6f6c1b8a10",
      "userType": "customer",
      "email": "ada@example.org",
      "timestamp": "2026-02-03T04:05:06.789Z",
      "metadata": {
        "source": "user-service",
        "correlationId": "1c0e5d3a-8d2b-4e4f-9a77-5b1f0c2d3e4f"
      }
    }
  ]
} as const;
