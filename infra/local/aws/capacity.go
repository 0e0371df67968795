package aws

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// consumes are the operations that use capacity, and whether they write.
var consumes = map[string]bool{
	"GetItem": false, "BatchGetItem": false, "TransactGetItems": false, "Query": false, "Scan": false,
	"PutItem": true, "UpdateItem": true, "DeleteItem": true, "BatchWriteItem": true, "TransactWriteItems": true,
}

// asking returns the request with the question what it consumes.
func asking(operation string, body []byte) []byte {
	const field = `"ReturnConsumedCapacity"`
	if _, ok := consumes[operation]; !ok || bytes.Contains(body, []byte(field)) {
		return body
	}
	_, rest, ok := bytes.Cut(body, []byte("{"))
	if !ok {
		return body
	}
	return slices.Concat([]byte("{"+field+`:"INDEXES",`), rest)
}

// consume adds one table's part of a call.
func (c *Count) consume(one capacity) {
	table := one.CapacityUnits
	for name, index := range one.GlobalSecondaryIndexes {
		table -= index.CapacityUnits
		c.Index += index.CapacityUnits
		c.unit(one.TableName+"/"+name, index.CapacityUnits)
	}
	c.unit(one.TableName, table)
	if consumes[c.Operation] {
		c.Write += one.CapacityUnits
	} else {
		c.Read += one.CapacityUnits
	}
}

func (c *Count) unit(of string, n float64) {
	if n == 0 {
		return
	}
	if c.Units == nil {
		c.Units = map[string]float64{}
	}
	c.Units[of] += n
}

// capacity is one table's part of a call.
type capacity struct {
	TableName              string
	CapacityUnits          float64
	GlobalSecondaryIndexes map[string]struct{ CapacityUnits float64 }
}

// consumed reads the capacity out of an answer: one table's, or a list of them.
func consumed(answer []byte) ([]capacity, error) {
	var said struct{ ConsumedCapacity json.RawMessage }
	if err := json.Unmarshal(answer, &said); err != nil || len(said.ConsumedCapacity) == 0 {
		return nil, err
	}
	all := make([]capacity, 1)
	var err error
	if said.ConsumedCapacity[0] == '[' {
		err = json.Unmarshal(said.ConsumedCapacity, &all)
	} else {
		err = json.Unmarshal(said.ConsumedCapacity, &all[0])
	}
	if err != nil {
		return nil, fmt.Errorf("read ConsumedCapacity: %w", err)
	}
	return all, nil
}
