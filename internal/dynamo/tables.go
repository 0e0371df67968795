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
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/internal/event"
)

// maxItems of one transaction.
const maxItems = 100

// Tables implements event.Store and event.Ledger. Safe for concurrent use.
type Tables struct {
	client Client
	stack  string
}

var (
	_ event.Store  = (*Tables)(nil)
	_ event.Ledger = (*Tables)(nil)
)

// New returns the tables of a stack. It makes no request.
func New(client Client, stack string) *Tables {
	return &Tables{client: client, stack: stack}
}

// Retrying lets a client try a plain write again that met a transaction on the same
// item: nothing was written then. The SDK takes that for an error of the caller.
func Retrying(o *dynamodb.Options) { o.Retryer = retrying(o.Retryer) }

func retrying(r aws.Retryer) aws.Retryer {
	return retry.AddWithErrorCodes(r, (&types.TransactionConflictException{}).ErrorCode())
}

// Since returns when the table of events was created.
func (t *Tables) Since(ctx context.Context) (time.Time, error) {
	out, err := t.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: t.table("events")})
	if err != nil {
		return time.Time{}, fmt.Errorf("describe the table of events: %w", err)
	}
	return aws.ToTime(out.Table.CreationDateTime), nil
}

// Name is a table's full name, as raw transact items need it.
func (t *Tables) Name(short string) string { return t.stack + "-" + short }

func (t *Tables) table(short string) *string {
	name := t.Name(short)
	return &name
}

// get reads one item, strongly consistent. It is nil if there is none.
func (t *Tables) get(ctx context.Context, table string, key item) (item, error) {
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: t.table(table), Key: key, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
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
	var failed *types.ConditionalCheckFailedException
	if !errors.As(err, &failed) {
		return nil, false
	}
	return failed.Item, true
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

func str(s string) *types.AttributeValueMemberS { return &types.AttributeValueMemberS{Value: s} }

func num(s string) *types.AttributeValueMemberN { return &types.AttributeValueMemberN{Value: s} }

var yes = &types.AttributeValueMemberBOOL{Value: true}

// allOld makes a conditional write return the old item when it fails.
const allOld = types.ReturnValuesOnConditionCheckFailureAllOld
