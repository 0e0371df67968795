package main

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// onLedger are the probes of deliveries and effects, its own and another's.
var onLedger = []probe{
	{"read its delivery", func(ctx context.Context, t thief) error { return t.get(ctx, t.table("deliveries"), t.own()) }},
	{"read its deliveries in a batch", func(ctx context.Context, t thief) error { return t.batch(ctx, "deliveries", t.own(), t.own()+"0") }},
	{"write its delivery", func(ctx context.Context, t thief) error { return t.put(ctx, t.table("deliveries"), id(t.own())) }},
	{"change its delivery", func(ctx context.Context, t thief) error { return t.update(ctx, "deliveries", t.own()) }},
	{"commit its delivery", func(ctx context.Context, t thief) error { return t.transact(ctx, t.putting("deliveries", t.own())) }},
	{"delete its delivery", func(ctx context.Context, t thief) error { return t.remove(ctx, "deliveries", t.own()) }},
	{"delete its delivery in a commit", func(ctx context.Context, t thief) error { return t.transact(ctx, t.deleting("deliveries", t.own())) }},
	{"list its deliveries", func(ctx context.Context, t thief) error { return t.query(ctx, "deliveries", "", "id", t.own()) }},

	{"read another's delivery", func(ctx context.Context, t thief) error { return t.get(ctx, t.table("deliveries"), t.other()) }},
	{"read another's delivery by the table's ARN", func(ctx context.Context, t thief) error { return t.get(ctx, t.tableARN("deliveries"), t.other()) }},
	{"read another's delivery in a batch with its own", func(ctx context.Context, t thief) error { return t.batch(ctx, "deliveries", t.own(), t.other()) }},
	{"read another's delivery in a transaction with its own", func(ctx context.Context, t thief) error { return t.readTogether(ctx, "deliveries", t.own(), t.other()) }},
	{"read a delivery of a longer name", func(ctx context.Context, t thief) error {
		return t.get(ctx, t.table("deliveries"), t.self+"2#"+t.event)
	}},
	{"read another's effect", func(ctx context.Context, t thief) error { return t.get(ctx, t.table("deliveries"), t.effect()) }},
	{"forge another's delivery", func(ctx context.Context, t thief) error { return t.put(ctx, t.table("deliveries"), id(t.other())) }},
	{"forge another's effect", func(ctx context.Context, t thief) error { return t.put(ctx, t.table("deliveries"), id(t.effect())) }},
	{"forge a delivery of no name", func(ctx context.Context, t thief) error { return t.put(ctx, t.table("deliveries"), id("#"+t.event)) }},
	{"forge another's delivery in a commit with its own", func(ctx context.Context, t thief) error {
		return t.transact(ctx, t.putting("deliveries", t.own()), t.putting("deliveries", t.other()))
	}},
	{"forge another's delivery in a batch", func(ctx context.Context, t thief) error { return t.replace(ctx, "deliveries", t.other()) }},
	{"change another's delivery", func(ctx context.Context, t thief) error { return t.update(ctx, "deliveries", t.other()) }},
	{"test another's delivery in a commit with its own", func(ctx context.Context, t thief) error {
		return t.transact(ctx, t.putting("deliveries", t.own()), t.checking("deliveries", t.other()))
	}},
	{"delete another's delivery", func(ctx context.Context, t thief) error { return t.remove(ctx, "deliveries", t.other()) }},
	{"delete another's effect in a commit with its own", func(ctx context.Context, t thief) error {
		return t.transact(ctx, t.putting("deliveries", t.own()), t.deleting("deliveries", t.effect()))
	}},
	{"list another's deliveries", func(ctx context.Context, t thief) error { return t.query(ctx, "deliveries", "", "id", t.other()) }},
	{"list all deliveries", func(ctx context.Context, t thief) error { return t.scan(ctx, "deliveries", "") }},
	{"list what is unfinished", func(ctx context.Context, t thief) error {
		return t.query(ctx, "deliveries", "unfinished", "open", "waiting#00")
	}},
	{"list all that is unfinished", func(ctx context.Context, t thief) error { return t.scan(ctx, "deliveries", "unfinished") }},
}

// inSQL are statements of PartiQL.
var inSQL = []probe{
	{"select another's delivery", func(ctx context.Context, t thief) error {
		return t.statement(ctx, `SELECT * FROM "`+*t.table("deliveries")+`" WHERE id = '`+t.other()+`'`)
	}},
	{"insert another's delivery", func(ctx context.Context, t thief) error {
		return t.statement(ctx, `INSERT INTO "`+*t.table("deliveries")+`" VALUE {'id': '`+t.effect()+`9'}`)
	}},
	{"delete its delivery by a statement", func(ctx context.Context, t thief) error {
		return t.statement(ctx, `DELETE FROM "`+*t.table("deliveries")+`" WHERE id = '`+t.own()+`'`)
	}},
	{"change another's state in a batch of statements", func(ctx context.Context, t thief) error {
		text := `UPDATE "` + *t.table(t.state) + `" SET forged = 1 WHERE id = 'x'`
		out, err := t.db.BatchExecuteStatement(ctx, &dynamodb.BatchExecuteStatementInput{Statements: []types.BatchStatementRequest{{Statement: &text}}})
		if err == nil && len(out.Responses) == 1 && out.Responses[0].Error != nil && strings.Contains(string(out.Responses[0].Error.Code), "AccessDenied") {
			return &smithy.GenericAPIError{Code: "AccessDeniedException"}
		}
		return err
	}},
	{"change another's state in a transaction of statements", func(ctx context.Context, t thief) error {
		text := `UPDATE "` + *t.table(t.state) + `" SET forged = 1 WHERE id = 'x'`
		_, err := t.db.ExecuteTransaction(ctx, &dynamodb.ExecuteTransactionInput{TransactStatements: []types.ParameterizedStatement{{Statement: &text}}})
		return err
	}},
}

// onTables are the probes of all other tables.
var onTables = []probe{
	{"read an event", func(ctx context.Context, t thief) error { return t.get(ctx, t.table("events"), t.event) }},
	{"read events in a batch", func(ctx context.Context, t thief) error { return t.batch(ctx, "events", t.event) }},
	{"read the events of an object", func(ctx context.Context, t thief) error {
		return t.query(ctx, "events", "subject", "subject_key", "test/own/subject/pi_1")
	}},
	{"read the events of a customer", func(ctx context.Context, t thief) error {
		return t.query(ctx, "events", "customer", "customer_key", "test/own/customer/cus_1")
	}},
	{"list received events", func(ctx context.Context, t thief) error { return t.query(ctx, "events", "received", "shard", "0") }},
	{"list all events", func(ctx context.Context, t thief) error { return t.scan(ctx, "events", "") }},
	{"list all events by an index", func(ctx context.Context, t thief) error { return t.scan(ctx, "events", "subject") }},
	{"store an event", func(ctx context.Context, t thief) error { return t.put(ctx, t.table("events"), id(t.event)) }},
	{"change an event", func(ctx context.Context, t thief) error { return t.update(ctx, "events", t.event) }},
	{"delete an event", func(ctx context.Context, t thief) error { return t.remove(ctx, "events", t.event) }},

	{"read another's state", func(ctx context.Context, t thief) error { return t.get(ctx, t.table(t.state), "test/own/order/pi_1") }},
	{"read another's state in a batch", func(ctx context.Context, t thief) error { return t.batch(ctx, t.state, "test/own/order/pi_1") }},
	{"write another's state", func(ctx context.Context, t thief) error {
		return t.put(ctx, t.table(t.state), id("test/own/order/pi_1"))
	}},
	{"write another's state in a commit", func(ctx context.Context, t thief) error {
		return t.transact(ctx, t.putting("deliveries", t.own()), t.putting(t.state, "test/own/order/pi_1"))
	}},
	{"write another's state in a batch", func(ctx context.Context, t thief) error { return t.replace(ctx, t.state, "test/own/order/pi_1") }},
	{"change another's state", func(ctx context.Context, t thief) error { return t.update(ctx, t.state, "test/own/order/pi_1") }},
	{"delete another's state", func(ctx context.Context, t thief) error { return t.remove(ctx, t.state, "test/own/order/pi_1") }},
	{"list another's state", func(ctx context.Context, t thief) error { return t.scan(ctx, t.state, "") }},
	{"read the holds", func(ctx context.Context, t thief) error { return t.get(ctx, t.table("holds"), "test/own/order/pi_1") }},
	{"write the holds", func(ctx context.Context, t thief) error {
		return t.put(ctx, t.table("holds"), id("test/own/order/pi_1"))
	}},
	{"write the journal", func(ctx context.Context, t thief) error { return t.put(ctx, t.table("journal"), id("test/own/x/1")) }},

	{"read a cursor", func(ctx context.Context, t thief) error { return t.get(ctx, t.table("cursors"), "due") }},
	{"write a cursor", func(ctx context.Context, t thief) error { return t.put(ctx, t.table("cursors"), id("due")) }},
	{"list the cursors", func(ctx context.Context, t thief) error { return t.scan(ctx, "cursors", "") }},
	{"delete a cursor", func(ctx context.Context, t thief) error { return t.remove(ctx, "cursors", "due") }},
	{"put a request into the quarantine", func(ctx context.Context, t thief) error {
		return t.put(ctx, t.table("quarantine"), quarantined("evt_odd"))
	}},
	{"list the quarantine", func(ctx context.Context, t thief) error { return t.query(ctx, "quarantine", "received", "shard", "0") }},
	{"read the quarantine as a whole", func(ctx context.Context, t thief) error { return t.scan(ctx, "quarantine", "") }},
	{"delete a table", func(ctx context.Context, t thief) error {
		_, err := t.db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: t.table("texts-of-nobody")})
		return err
	}},
}
