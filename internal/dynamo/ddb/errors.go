package ddb

import (
	"encoding/json"

	"github.com/aws/smithy-go"
)

// The errors that carry more than a message.
type (
	ConditionalCheckFailedException struct {
		smithy.GenericAPIError
		Item Item
	}
	TransactionCanceledException struct {
		smithy.GenericAPIError
		CancellationReasons []CancellationReason
	}
	CancellationReason struct {
		Code, Message *string
		Item          Item
	}
)

// TransactionConflict is the code of a plain write's error that met a transaction.
const TransactionConflict = "TransactionConflictException"

// typed is the error of an answer: one of the above if it has its code.
func typed(e *smithy.GenericAPIError, body []byte) error {
	var said struct {
		Item                Item
		CancellationReasons []CancellationReason
	}
	switch e.Code {
	case "ConditionalCheckFailedException":
		_ = json.Unmarshal(body, &said) // without an item there was none
		return &ConditionalCheckFailedException{*e, said.Item}
	case "TransactionCanceledException":
		_ = json.Unmarshal(body, &said) // without reasons none is known
		return &TransactionCanceledException{*e, said.CancellationReasons}
	}
	return e
}
