/* eslint-disable */
// Generated from topology/user-audit/schemas/operator.action.json by `npm run generate`: change that file, then run it again.
/**
 * What an operator did by the command line. Version 1.0; the record's key is operator. Two events of an action share their correlation id: requested before anything is written, success or failure after. Never a value of a record.
 */
export interface OperatorAction {
  /**
   * Tells it from the audit events of users.
   */
  eventType: 'operator.action';
  /**
   * Who did it: --operator-id, else the nil uuid.
   */
  userId: string;
  /**
   * What was done: lanes.release, lanes.skip, dlq.replay, dlq.dismiss, ...
   */
  action: string;
  /**
   * What it was done to: lane/<head id>, dlq/<topic>, topic/<name>.
   */
  resource: string;
  /**
   * requested: it begins now. success: all of it was done. failure: not all of it, or nothing.
   */
  status: 'requested' | 'success' | 'failure';
  /**
   * When, by the clock of the operator's machine.
   */
  timestamp: string;
  /**
   * Where the event comes from.
   */
  metadata: {
    /**
     * The command line.
     */
    source: 'audit-lanes-cli';
    /**
     * Joins the events of one action; a replay that is resumed keeps it.
     */
    correlationId: string;
  };
  /**
   * Who and how much.
   */
  operator: {
    /**
     * user@host of the machine.
     */
    name: string;
    /**
     * The reason that the operator gave.
     */
    why?: string;
    /**
     * How many it was asked for.
     */
    count?: number;
    /**
     * How many were done; at the end.
     */
    done?: number;
    /**
     * How many were refused or ignored; at the end.
     */
    refused?: number;
    /**
     * How many were left out on purpose; at the end.
     */
    leftOut?: number;
    /**
     * How many are not known to be done, or were not reached; at the end.
     */
    open?: number;
  };
}

export const operatorActionSchema = {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:audit-lanes:schema:operator.action/1.0",
  "title": "OperatorAction",
  "description": "What an operator did by the command line. Version 1.0; the record's key is operator. Two events of an action share their correlation id: requested before anything is written, success or failure after. Never a value of a record.",
  "type": "object",
  "required": [
    "eventType",
    "userId",
    "action",
    "resource",
    "status",
    "timestamp",
    "metadata",
    "operator"
  ],
  "properties": {
    "eventType": {
      "type": "string",
      "enum": [
        "operator.action"
      ],
      "description": "Tells it from the audit events of users."
    },
    "userId": {
      "type": "string",
      "format": "uuid",
      "description": "Who did it: --operator-id, else the nil uuid."
    },
    "action": {
      "type": "string",
      "pattern": "^[a-z]+(\\.[a-z]+)+$",
      "description": "What was done: lanes.release, lanes.skip, dlq.replay, dlq.dismiss, ..."
    },
    "resource": {
      "type": "string",
      "pattern": "^[a-z]+/.",
      "description": "What it was done to: lane/<head id>, dlq/<topic>, topic/<name>."
    },
    "status": {
      "type": "string",
      "enum": [
        "requested",
        "success",
        "failure"
      ],
      "description": "requested: it begins now. success: all of it was done. failure: not all of it, or nothing."
    },
    "timestamp": {
      "type": "string",
      "format": "date-time",
      "description": "When, by the clock of the operator's machine."
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
          "enum": [
            "audit-lanes-cli"
          ],
          "description": "The command line."
        },
        "correlationId": {
          "type": "string",
          "format": "uuid",
          "description": "Joins the events of one action; a replay that is resumed keeps it."
        }
      }
    },
    "operator": {
      "type": "object",
      "description": "Who and how much.",
      "required": [
        "name"
      ],
      "properties": {
        "name": {
          "type": "string",
          "minLength": 1,
          "description": "user@host of the machine."
        },
        "why": {
          "type": "string",
          "maxLength": 1000,
          "description": "The reason that the operator gave."
        },
        "count": {
          "type": "integer",
          "minimum": 0,
          "description": "How many it was asked for."
        },
        "done": {
          "type": "integer",
          "minimum": 0,
          "description": "How many were done; at the end."
        },
        "refused": {
          "type": "integer",
          "minimum": 0,
          "description": "How many were refused or ignored; at the end."
        },
        "leftOut": {
          "type": "integer",
          "minimum": 0,
          "description": "How many were left out on purpose; at the end."
        },
        "open": {
          "type": "integer",
          "minimum": 0,
          "description": "How many are not known to be done, or were not reached; at the end."
        }
      }
    }
  },
  "examples": [
    {
      "eventType": "operator.action",
      "userId": "7f8a2f5e-3f0a-4a56-9c1d-2f6f6c1b8a10",
      "action": "dlq.replay",
      "resource": "dlq/user-management-service.user.events.dlq",
      "status": "success",
      "timestamp": "2026-02-03T04:09:00.000Z",
      "metadata": {
        "source": "audit-lanes-cli",
        "correlationId": "1c0e5d3a-8d2b-4e4f-9a77-5b1f0c2d3e4f"
      },
      "operator": {
        "name": "ann@workstation",
        "why": "the mail service is back",
        "count": 40,
        "done": 38,
        "refused": 1,
        "leftOut": 1,
        "open": 0
      }
    },
    {
      "eventType": "operator.action",
      "userId": "00000000-0000-0000-0000-000000000000",
      "action": "lanes.release",
      "resource": "lane/user.events-0-42",
      "status": "requested",
      "timestamp": "2026-02-03T04:09:00.000Z",
      "metadata": {
        "source": "audit-lanes-cli",
        "correlationId": "1c0e5d3a-8d2b-4e4f-9a77-5b1f0c2d3e4f"
      },
      "operator": {
        "name": "ann@workstation"
      }
    }
  ]
} as const;
