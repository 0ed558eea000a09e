/* eslint-disable */
// Generated from topology/user-audit/schemas/system.audit.json by `npm run generate`: change that file, then run it again.
/**
 * What happened to a user account. Version 1.0; the record's key is that of the audited event.
 */
export interface SystemAudit {
  /**
   * The type of the audited event.
   */
  eventType: 'user.registered' | 'user.updated' | 'user.auth';
  /**
   * The user.
   */
  userId: string;
  /**
   * What was done.
   */
  action: 'register' | 'update' | 'login' | 'logout' | 'password_changed';
  /**
   * What it was done to: user/<userId>.
   */
  resource: string;
  /**
   * How it ended.
   */
  status: 'success' | 'failure';
  /**
   * When it happened, as the audited event says.
   */
  timestamp: string;
  /**
   * Where the audited event comes from.
   */
  metadata: {
    /**
     * The service that wrote the audited event.
     */
    source: string;
    /**
     * Joins the events of one request.
     */
    correlationId: string;
    /**
     * The audited event: its CloudEvents id, else topic-partition-offset of its record.
     */
    causationId?: string;
    /**
     * Of user.auth.
     */
    ipAddress?: string;
    /**
     * Of user.auth.
     */
    userAgent?: string;
    /**
     * The record of the audited event.
     */
    origin?: {
      /**
       * Its topic.
       */
      topic: string;
      /**
       * Its partition.
       */
      partition: number;
      /**
       * Its offset.
       */
      offset: number;
    };
    /**
     * The time of the audited event's record in Kafka; the same for every re-delivery.
     */
    recordedAt?: string;
  };
  /**
   * The user as the directory knows it; absent without a directory, and when it does not know the user.
   */
  actor?: {
    /**
     * The directory's id.
     */
    id: string;
    /**
     * The name to show.
     */
    displayName?: string;
    /**
     * The department.
     */
    department?: string;
    /**
     * The roles.
     */
    roles?: string[];
  };
}

export const systemAuditSchema = {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:audit-lanes:schema:system.audit/1.0",
  "title": "SystemAudit",
  "description": "What happened to a user account. Version 1.0; the record's key is that of the audited event.",
  "type": "object",
  "required": [
    "eventType",
    "userId",
    "action",
    "resource",
    "status",
    "timestamp",
    "metadata"
  ],
  "properties": {
    "eventType": {
      "type": "string",
      "enum": [
        "user.registered",
        "user.updated",
        "user.auth"
      ],
      "description": "The type of the audited event."
    },
    "userId": {
      "type": "string",
      "format": "uuid",
      "description": "The user."
    },
    "action": {
      "type": "string",
      "enum": [
        "register",
        "update",
        "login",
        "logout",
        "password_changed"
      ],
      "description": "What was done."
    },
    "resource": {
      "type": "string",
      "pattern": "^user/",
      "description": "What it was done to: user/<userId>."
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
      "description": "When it happened, as the audited event says."
    },
    "metadata": {
      "type": "object",
      "description": "Where the audited event comes from.",
      "required": [
        "source",
        "correlationId"
      ],
      "properties": {
        "source": {
          "type": "string",
          "minLength": 1,
          "description": "The service that wrote the audited event."
        },
        "correlationId": {
          "type": "string",
          "format": "uuid",
          "description": "Joins the events of one request."
        },
        "causationId": {
          "type": "string",
          "minLength": 1,
          "description": "The audited event: its CloudEvents id, else topic-partition-offset of its record."
        },
        "ipAddress": {
          "type": "string",
          "description": "Of user.auth."
        },
        "userAgent": {
          "type": "string",
          "description": "Of user.auth."
        },
        "origin": {
          "type": "object",
          "description": "The record of the audited event.",
          "required": [
            "topic",
            "partition",
            "offset"
          ],
          "properties": {
            "topic": {
              "type": "string",
              "minLength": 1,
              "description": "Its topic."
            },
            "partition": {
              "type": "integer",
              "minimum": 0,
              "description": "Its partition."
            },
            "offset": {
              "type": "integer",
              "minimum": 0,
              "description": "Its offset."
            }
          }
        },
        "recordedAt": {
          "type": "string",
          "format": "date-time",
          "description": "The time of the audited event's record in Kafka; the same for every re-delivery."
        }
      }
    },
    "actor": {
      "type": "object",
      "description": "The user as the directory knows it; absent without a directory, and when it does not know the user.",
      "required": [
        "id"
      ],
      "properties": {
        "id": {
          "type": "string",
          "minLength": 1,
          "description": "The directory's id."
        },
        "displayName": {
          "type": "string",
          "description": "The name to show."
        },
        "department": {
          "type": "string",
          "description": "The department."
        },
        "roles": {
          "type": "array",
          "items": {
            "type": "string"
          },
          "description": "The roles."
        }
      }
    }
  },
  "examples": [
    {
      "eventType": "user.auth",
      "userId": "7f8a2f5e-3f0a-4a56-9c1d-2f6f6c1b8a10",
      "action": "login",
      "resource": "user/7f8a2f5e-3f0a-4a56-9c1d-2f6f6c1b8a10",
      "status": "success",
      "timestamp": "2026-02-03T04:07:00.000Z",
      "metadata": {
        "source": "auth-service",
        "correlationId": "1c0e5d3a-8d2b-4e4f-9a77-5b1f0c2d3e4f",
        "causationId": "user.events-0-42",
        "ipAddress": "203.0.113.7",
        "userAgent": "okhttp/5.1.0",
        "origin": {
          "topic": "user.events",
          "partition": 0,
          "offset": 42
        },
        "recordedAt": "2026-02-03T04:07:00.012Z"
      },
      "actor": {
        "id": "7f8a2f5e-3f0a-4a56-9c1d-2f6f6c1b8a10",
        "displayName": "Ada L.",
        "department": "Research",
        "roles": [
          "admin"
        ]
      }
    },
    {
      "eventType": "user.registered",
      "userId": "7f8a2f5e-3f0a-4a56-9c1d-2f6f6c1b8a10",
      "action": "register",
      "resource": "user/7f8a2f5e-3f0a-4a56-9c1d-2f6f6c1b8a10",
      "status": "success",
      "timestamp": "2026-02-03T04:05:06.789Z",
      "metadata": {
        "source": "user-service",
        "correlationId": "1c0e5d3a-8d2b-4e4f-9a77-5b1f0c2d3e4f"
      }
    }
  ]
} as const;
