package dynamo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/schemas"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"

	"github.com/payhooks/payhooks/internal/metric"
	"github.com/payhooks/payhooks/internal/wire"
)

// Client is what Tables calls: the SDK's client, or a Wired.
type Client interface {
	dynamodb.QueryAPIClient
	dynamodb.ScanAPIClient
	dynamodb.DescribeTableAPIClient
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// Wired is a client without the SDK's middleware, for functions: what it sends and reads,
// repeats and returns as errors is the SDK's. Options of a call are not looked at.
type Wired struct {
	client   *wire.Client
	protocol *awsjson.Protocol
}

// NewWired returns a client that counts in counts the calls that are throttled.
func NewWired(cfg aws.Config, counts *metric.Counts, now func() time.Time) *Wired {
	c := wire.New("dynamodb", cfg, now)
	c.Retryer = retrying(c.Retryer)
	c.Tried = func(_ context.Context, in, out any, err error) { countThrottled(counts, in, out, err) }
	return &Wired{client: c, protocol: awsjson.New10(schemas.DynamoDB_20120810)}
}

// Warm opens a connection.
func (w *Wired) Warm(ctx context.Context) error { return w.client.Warm(ctx) }

func do[In smithy.Serializable, Out smithy.Deserializable](ctx context.Context, w *Wired, op *smithy.OperationSchema, in In, out Out) (Out, error) {
	req := smithyhttp.NewStackRequest().(*smithyhttp.Request) //nolint:forcetypeassert // that is what it is
	if err := w.protocol.SerializeRequest(ctx, op, in, req); err != nil {
		return out, fmt.Errorf("DynamoDB %s: %w", op.ID().Name, err)
	}
	body, err := io.ReadAll(req.GetStream())
	if err != nil {
		return out, err
	}
	err = w.client.Do(ctx, &wire.Call{
		Operation: op.ID().Name, Header: req.Header, Body: body, In: in, Out: out,
		Answer: func(res *smithyhttp.Response) error {
			err := w.protocol.DeserializeResponse(ctx, op, dynamodb.TypeRegistry, res, out)
			if err != nil && res.StatusCode >= http.StatusMultipleChoices {
				return wire.Failed(res, err)
			}
			return err
		},
	})
	return out, err
}
