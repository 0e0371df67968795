package ddb

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/payhooks/payhooks/internal/wire"
)

// Client calls DynamoDB. What it sends and reads, repeats and returns as errors is the SDK's.
type Client struct{ Wire *wire.Client }

// New returns a client that tries a plain write again that met a transaction on the same
// item, too: nothing was written then. The SDK takes that for an error of the caller.
func New(cfg aws.Config, now func() time.Time) *Client {
	c := wire.New("dynamodb", cfg, now)
	c.JSONVersion, c.Typed, c.Retryer = "1.0", typed, retry.AddWithErrorCodes(c.Retryer, TransactionConflict)
	return &Client{c}
}

func call[Out any](ctx context.Context, c *Client, operation string, in any) (*Out, error) {
	out := new(Out)
	add, _ := ctx.Value(meterKey{}).(func(float64))
	if read, ok := in.(interface{ metered() any }); ok && add != nil {
		in = read.metered()
	}
	err := c.Wire.JSON(ctx, "DynamoDB_20120810."+operation, in, out)
	if read, ok := any(out).(interface{ units() float64 }); ok && add != nil {
		add(read.units())
	}
	return out, err
}

// BatchGetItem calls the operation.
func (c *Client) BatchGetItem(ctx context.Context, in *BatchGetItemInput) (*BatchGetItemOutput, error) {
	return call[BatchGetItemOutput](ctx, c, "BatchGetItem", in)
}

// DeleteItem calls the operation.
func (c *Client) DeleteItem(ctx context.Context, in *DeleteItemInput) (*DeleteItemOutput, error) {
	return call[DeleteItemOutput](ctx, c, "DeleteItem", in)
}

// GetItem calls the operation.
func (c *Client) GetItem(ctx context.Context, in *GetItemInput) (*GetItemOutput, error) {
	return call[GetItemOutput](ctx, c, "GetItem", in)
}

// PutItem calls the operation.
func (c *Client) PutItem(ctx context.Context, in *PutItemInput) (*PutItemOutput, error) {
	return call[PutItemOutput](ctx, c, "PutItem", in)
}

// Query calls the operation.
func (c *Client) Query(ctx context.Context, in *QueryInput) (*QueryOutput, error) {
	return call[QueryOutput](ctx, c, "Query", in)
}

// Scan calls the operation.
func (c *Client) Scan(ctx context.Context, in *ScanInput) (*ScanOutput, error) {
	return call[ScanOutput](ctx, c, "Scan", in)
}

// UpdateItem calls the operation.
func (c *Client) UpdateItem(ctx context.Context, in *UpdateItemInput) (*UpdateItemOutput, error) {
	return call[UpdateItemOutput](ctx, c, "UpdateItem", in)
}

// TransactWriteItems calls the operation. A token makes its repeats one transaction.
func (c *Client) TransactWriteItems(ctx context.Context, in *TransactWriteItemsInput) (*TransactWriteItemsOutput, error) {
	if in.ClientRequestToken == nil {
		marked := *in
		marked.ClientRequestToken = aws.String(rand.Text())
		in = &marked
	}
	return call[TransactWriteItemsOutput](ctx, c, "TransactWriteItems", in)
}
