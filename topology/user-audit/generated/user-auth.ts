/* eslint-disable */
// Generated from topology/user-audit/schemas/user.auth.json by `npm run generate`: change that file, then run it again.
/**
 * A user logged in, logged out or changed the password. Version 1.0; the record's key is the userId.
 */
export interface UserAuth {
  /**
   * The user.
   */
  userId: string;
  /**
   * What was tried.
   */
  action: 'login' | 'logout' | 'password_changed';
  /**
   * How it ended.
   */
  status: 'success' | 'failure';
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
     * Where the request came from; null when there was none.
     */
    ipAddress: string | null;
    /**
     * What the request came from; null when there was none.
     */
    userAgent: string | null;
    /**
     * Joins the events of one request.
     */
    correlationId: string;
  };
}

export const userAuthSchema = {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:audit-lanes:schema:user.auth/1.0",
  "title": "UserAuth",
  "description": "A user logged in, logged out or changed the password. Version 1.0; the record's key is the userId.",
  "type": "object",
  "required": [
    "userId",
    "action",
    "status",
    "timestamp",
    "metadata"
  ],
  "properties": {
    "userId": {
      "type": "string",
      "format": "uuid",
      "description": "The user."
    },
    "action": {
      "type": "string",
      "enum": [
        "login",
        "logout",
        "password_changed"
      ],
      "description": "What was tried."
    },
    "status": {
      "type": "string",
      "enum": [
        "success",
        "failure"
      ],
      "description": "How it ended."
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
        "ipAddress",
        "userAgent",
        "correlationId"
      ],
      "properties": {
        "source": {
          "type": "string",
          "minLength": 1,
          "description": "The service that wrote the event."
        },
        "ipAddress": {
          "type": [
            "string",
            "null"
          ],
          "description": "Where the request came from; null when there was none."
        },
        "userAgent": {
          "type": [
            "string",
            "null"
          ],
          "description": "What the request came from; null when there was none."
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
      "action": "login",
      "status": "success",
      "timestamp": "2026-02-03T04:07:00.000Z",
      "metadata": {
        "source": "auth-service",
        "ipAddress": "203.0.113.7",
        "userAgent": "okhttp/5.1.0",
        "correlationId": "1c0e5d3a-8d2b-4e4f-9a77-5b1f0c2d3e4f"
      }
    },
    {
      "userId": "7f8a2f5e-3f0a-4a56-9c1d-2f6f6c1b8a10",
      "action": "password_changed",
      "status": "failure",
      "timestamp": "2026-02-03T04:08:00.000Z",
      "metadata": {
        "source": "auth-service",
        "ipAddress": null,
        "userAgent": null,
        "correlationId": "1c0e5d3a-8d2b-4e4f-9a77-5b1f0c2d3e4f"
      }
    }
  ]
} as const;
