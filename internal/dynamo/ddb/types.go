package ddb

// What a failed condition and an update return.
const (
	ReturnValuesOnConditionCheckFailureAllOld = "ALL_OLD"
	ReturnValueAllNew                         = "ALL_NEW"
)

// Inputs of writes, which are parts of transactions, too.
type (
	PutItemInput struct {
		TableName                           *string
		Item                                map[string]AttributeValue
		ConditionExpression                 *string                   `json:",omitempty"`
		ExpressionAttributeNames            map[string]string         `json:",omitempty"`
		ExpressionAttributeValues           map[string]AttributeValue `json:",omitempty"`
		ReturnValuesOnConditionCheckFailure string                    `json:",omitempty"`
	}
	UpdateItemInput struct {
		TableName                           *string
		Key                                 map[string]AttributeValue
		UpdateExpression                    *string                   `json:",omitempty"`
		ReturnValues                        string                    `json:",omitempty"`
		ConditionExpression                 *string                   `json:",omitempty"`
		ExpressionAttributeNames            map[string]string         `json:",omitempty"`
		ExpressionAttributeValues           map[string]AttributeValue `json:",omitempty"`
		ReturnValuesOnConditionCheckFailure string                    `json:",omitempty"`
	}
	DeleteItemInput struct {
		TableName                           *string
		Key                                 map[string]AttributeValue
		ConditionExpression                 *string                   `json:",omitempty"`
		ExpressionAttributeNames            map[string]string         `json:",omitempty"`
		ExpressionAttributeValues           map[string]AttributeValue `json:",omitempty"`
		ReturnValuesOnConditionCheckFailure string                    `json:",omitempty"`
	}
	Put            PutItemInput
	Update         UpdateItemInput
	Delete         DeleteItemInput
	ConditionCheck DeleteItemInput
)

// TransactWriteItem is one of its fields.
type TransactWriteItem struct {
	Put            *Put            `json:",omitempty"`
	Update         *Update         `json:",omitempty"`
	Delete         *Delete         `json:",omitempty"`
	ConditionCheck *ConditionCheck `json:",omitempty"`
}

// TransactWriteItemsInput is a transaction. The token makes its repeats one.
type TransactWriteItemsInput struct {
	TransactItems      []TransactWriteItem
	ClientRequestToken *string
}

// Inputs of reads.
type (
	GetItemInput struct {
		asking
		TableName      *string
		Key            map[string]AttributeValue
		ConsistentRead *bool `json:",omitempty"`
	}
	BatchGetItemInput struct {
		asking
		RequestItems map[string]KeysAndAttributes
	}
	KeysAndAttributes struct {
		Keys                     []Item
		ConsistentRead           *bool             `json:",omitempty"`
		ProjectionExpression     *string           `json:",omitempty"`
		ExpressionAttributeNames map[string]string `json:",omitempty"`
	}
	QueryInput struct {
		asking
		TableName                 *string
		IndexName                 *string                   `json:",omitempty"`
		KeyConditionExpression    *string                   `json:",omitempty"`
		FilterExpression          *string                   `json:",omitempty"`
		ProjectionExpression      *string                   `json:",omitempty"`
		ExpressionAttributeNames  map[string]string         `json:",omitempty"`
		ExpressionAttributeValues map[string]AttributeValue `json:",omitempty"`
		ExclusiveStartKey         map[string]AttributeValue `json:",omitempty"`
		ConsistentRead            *bool                     `json:",omitempty"`
		ScanIndexForward          *bool                     `json:",omitempty"`
		Limit                     *int32                    `json:",omitempty"`
	}
	ScanInput struct {
		asking
		TableName                 *string
		IndexName                 *string                   `json:",omitempty"`
		FilterExpression          *string                   `json:",omitempty"`
		ProjectionExpression      *string                   `json:",omitempty"`
		ExpressionAttributeNames  map[string]string         `json:",omitempty"`
		ExpressionAttributeValues map[string]AttributeValue `json:",omitempty"`
		ExclusiveStartKey         map[string]AttributeValue `json:",omitempty"`
		ConsistentRead            *bool                     `json:",omitempty"`
		Limit                     *int32                    `json:",omitempty"`
		Segment                   *int32                    `json:",omitempty"`
		TotalSegments             *int32                    `json:",omitempty"`
	}
	DescribeTableInput struct{ TableName *string }
)

// Outputs.
type (
	PutItemOutput            struct{}
	DeleteItemOutput         struct{}
	TransactWriteItemsOutput struct{}
	UpdateItemOutput         struct{ Attributes Item }
	GetItemOutput            struct {
		consumed
		Item Item
	}
	BatchGetItemOutput struct {
		consumed
		Responses       map[string][]Item
		UnprocessedKeys map[string]KeysAndAttributes
	}
	QueryOutput struct {
		consumed
		Items            []Item
		LastEvaluatedKey Item
	}
	ScanOutput          QueryOutput
	DescribeTableOutput struct{ Table TableDescription }
	TableDescription    struct {
		TableStatus          string
		CreationDateTime     float64 // seconds
		AttributeDefinitions []struct{ AttributeName, AttributeType string }
		KeySchema            []struct{ AttributeName, KeyType string }

		DeletionProtectionEnabled bool
		LatestStreamArn           string
		SSEDescription            SSEDescription
		ArchivalSummary           ArchivalSummary
	}
)
