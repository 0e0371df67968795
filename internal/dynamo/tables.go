// Package dynamo keeps events, the quarantine, the ledger and the actions'
// state in DynamoDB tables. It makes no promise beyond those of package
// event's ports, and every call is one request unless its comment says more.
//
// Repeats are the SDK's business: a call whose reply was lost is repeated by
// the client's own retries, and recognised here as our own write.
package dynamo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/internal/event"
)

const (
	// shards spread one day's events and one state's deliveries over the
	// partitions of their index. More may be added, fewer may not.
	shards = 4
	// keyLimit is one more than the longest key that every index takes.
	keyLimit = 1024
	// maxItems of one transaction.
	maxItems = 100
)

// Tables implements event.Store, event.Quarantine and event.Ledger. Safe for
// concurrent use.
type Tables struct {
	client *dynamodb.Client
	stack  string
}

var (
	_ event.Store      = (*Tables)(nil)
	_ event.Quarantine = (*Tables)(nil)
	_ event.Ledger     = (*Tables)(nil)
)

// New returns the tables of a stack. It makes no request.
func New(client *dynamodb.Client, stack string) *Tables {
	return &Tables{client: client, stack: stack}
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

// nonce marks the writes of one call, however often the SDK repeats it.
func nonce() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func shard(key string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // never fails
	return h.Sum32() % shards
}

// refused returns the item that made a write's condition fail. It is empty
// when there was none.
func refused(err error) (old item, ok bool) {
	var failed *types.ConditionalCheckFailedException
	if !errors.As(err, &failed) {
		return nil, false
	}
	return failed.Item, true
}

// rejection is what DynamoDB says of a request that it will never take.
func rejection(err error) (message string, ok bool) {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "ValidationException" {
		return api.ErrorMessage(), true
	}
	return "", false
}

// sized turns DynamoDB's refusal of an item's size into ErrTooLarge.
func sized(err error) error {
	if message, ok := rejection(err); ok && strings.Contains(message, "Item size") {
		return fmt.Errorf("%w: %w", event.ErrTooLarge, err)
	}
	return err
}

func checkKey(what, key string) error {
	if key == "" || len(key) >= keyLimit {
		return fmt.Errorf("%s of %d bytes, want 1 to %d: %w", what, len(key), keyLimit-1, event.ErrInvalid)
	}
	return nil
}

func str(s string) *types.AttributeValueMemberS { return &types.AttributeValueMemberS{Value: s} }

// condition of a conditional write that returns the old item on failure.
const allOld = types.ReturnValuesOnConditionCheckFailureAllOld
