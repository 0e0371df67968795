package dynamo

import (
	"context"
	"crypto/rand"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/schemas"
	"github.com/aws/smithy-go"
)

// The operations that Tables calls.
var (
	batchGetItem       = smithy.NewOperationSchema(schemas.BatchGetItem, schemas.BatchGetItemInput, schemas.BatchGetItemOutput)
	deleteItem         = smithy.NewOperationSchema(schemas.DeleteItem, schemas.DeleteItemInput, schemas.DeleteItemOutput)
	describeTable      = smithy.NewOperationSchema(schemas.DescribeTable, schemas.DescribeTableInput, schemas.DescribeTableOutput)
	getItem            = smithy.NewOperationSchema(schemas.GetItem, schemas.GetItemInput, schemas.GetItemOutput)
	putItem            = smithy.NewOperationSchema(schemas.PutItem, schemas.PutItemInput, schemas.PutItemOutput)
	queryItems         = smithy.NewOperationSchema(schemas.Query, schemas.QueryInput, schemas.QueryOutput)
	scanItems          = smithy.NewOperationSchema(schemas.Scan, schemas.ScanInput, schemas.ScanOutput)
	transactWriteItems = smithy.NewOperationSchema(schemas.TransactWriteItems, schemas.TransactWriteItemsInput, schemas.TransactWriteItemsOutput)
	updateItem         = smithy.NewOperationSchema(schemas.UpdateItem, schemas.UpdateItemInput, schemas.UpdateItemOutput)
)

// BatchGetItem implements Client.
func (w *Wired) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return do(ctx, w, batchGetItem, in, &dynamodb.BatchGetItemOutput{})
}

// DeleteItem implements Client.
func (w *Wired) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return do(ctx, w, deleteItem, in, &dynamodb.DeleteItemOutput{})
}

// DescribeTable implements Client.
func (w *Wired) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return do(ctx, w, describeTable, in, &dynamodb.DescribeTableOutput{})
}

// GetItem implements Client.
func (w *Wired) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return do(ctx, w, getItem, in, &dynamodb.GetItemOutput{})
}

// PutItem implements Client.
func (w *Wired) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return do(ctx, w, putItem, in, &dynamodb.PutItemOutput{})
}

// Query implements Client.
func (w *Wired) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return do(ctx, w, queryItems, in, &dynamodb.QueryOutput{})
}

// Scan implements Client.
func (w *Wired) Scan(ctx context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return do(ctx, w, scanItems, in, &dynamodb.ScanOutput{})
}

// TransactWriteItems implements Client. A token makes its repeats one transaction.
func (w *Wired) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	if in.ClientRequestToken == nil {
		marked := *in
		marked.ClientRequestToken = aws.String(rand.Text())
		in = &marked
	}
	return do(ctx, w, transactWriteItems, in, &dynamodb.TransactWriteItemsOutput{})
}

// UpdateItem implements Client.
func (w *Wired) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return do(ctx, w, updateItem, in, &dynamodb.UpdateItemOutput{})
}
