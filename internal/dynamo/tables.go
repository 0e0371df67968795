// Package dynamo keeps events, the quarantine, the ledger and the actions'
// state in DynamoDB tables. It makes no promise beyond those of package
// event's ports, and every call is one request unless its comment says more.
//
// Repeats are the SDK's: the client's own retries repeat a call whose reply was
// lost, and the repeat is recognised here as our own write.
package dynamo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/metric"
)

// maxItems of one transaction.
const maxItems = 100

// Tables implements event.Store and event.Ledger. Safe for concurrent use.
type Tables struct {
	client *ddb.Client
	stack  string
	bodies *packer
}

var (
	_ event.Store  = (*Tables)(nil)
	_ event.Ledger = (*Tables)(nil)
)

// Open returns the tables of a stack, whose client counts in counts the calls that are
// throttled. It makes no request.
func Open(cfg aws.Config, stack string, counts *metric.Counts, now func() time.Time) *Tables {
	c := ddb.New(cfg, now)
	CountThrottled(c, counts)
	return New(c, stack)
}

// Warm opens a connection.
func (t *Tables) Warm(ctx context.Context) { _ = t.client.Wire.Warm(ctx) } // else the first call does

// New returns the tables of a stack, whose bodies are written without a dictionary. It makes
// no request.
func New(client *ddb.Client, stack string) *Tables {
	return &Tables{client: client, stack: stack, bodies: newPacker(plain)}
}

// WithDictionary returns the same tables, whose bodies are written with the dictionary of
// Stripe's shapes. Both read what either wrote.
func (t *Tables) WithDictionary() *Tables {
	return &Tables{client: t.client, stack: t.stack, bodies: newPacker(asked)}
}

// Since returns when the table of events was created.
func (t *Tables) Since(ctx context.Context) (time.Time, error) {
	out, err := t.client.DescribeTable(ctx, &ddb.DescribeTableInput{TableName: t.table("events")})
	if err != nil {
		return time.Time{}, fmt.Errorf("describe the table of events: %w", err)
	}
	return time.UnixMilli(int64(out.Table.CreationDateTime * 1000)).UTC(), nil
}

// Name is a table's full name, as raw transact items need it.
func (t *Tables) Name(short string) string { return t.stack + "-" + short }

func (t *Tables) table(short string) *string {
	name := t.Name(short)
	return &name
}

// get reads one item, strongly consistent. It is nil if there is none.
func (t *Tables) get(ctx context.Context, table string, key item) (item, error) {
	out, err := t.client.GetItem(ctx, &ddb.GetItemInput{
		TableName: t.table(table), Key: key, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, err
	}
	return item(out.Item), nil
}

// nonce marks the writes of one call, however often the SDK repeats it.
func nonce() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// conditionFailed returns the item that made a write's condition fail. It is
// empty when there was none.
func conditionFailed(err error) (old item, ok bool) {
	var failed *ddb.ConditionalCheckFailedException
	if !errors.As(err, &failed) {
		return nil, false
	}
	return item(failed.Item), true
}

// rejection is DynamoDB's message about a request that it will never take.
func rejection(err error) (message string, ok bool) {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "ValidationException" {
		return api.ErrorMessage(), true
	}
	return "", false
}

// sized makes DynamoDB's rejection of an item's size ErrTooLarge.
func sized(err error) error {
	if message, ok := rejection(err); ok && strings.Contains(message, "Item size") {
		return fmt.Errorf("%w: %w", event.ErrTooLarge, err)
	}
	return err
}

// invalid marks what DynamoDB will never take.
func invalid(err error) error {
	if _, ok := rejection(err); ok {
		return fmt.Errorf("%w: %w", event.ErrInvalid, err)
	}
	return err
}

func str(s string) *ddb.AttributeValueMemberS { return &ddb.AttributeValueMemberS{Value: s} }

func num(s string) *ddb.AttributeValueMemberN { return &ddb.AttributeValueMemberN{Value: s} }

var yes = &ddb.AttributeValueMemberBOOL{Value: true}

// allOld makes a conditional write return the old item when it fails.
const allOld = ddb.ReturnValuesOnConditionCheckFailureAllOld
