package aws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/payhooks/payhooks/infra/local/datafile"
	"github.com/payhooks/payhooks/infra/local/engine"
	"github.com/payhooks/payhooks/infra/local/rawjson"
)

// forwardWithin bounds one call to the engine; a write that takes longer is in
// doubt.
const forwardWithin = time.Minute

// dynamodb passes calls through to the engine, bytes in and bytes out, and
// captures what they write to tables with a stream.
func (s *Server) dynamodb() *service {
	ops := map[string]operation{}
	for _, op := range []string{"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem", "TransactGetItems", "TransactWriteItems", "DescribeTable", "DescribeTimeToLive", "ListTables"} {
		ops[op] = s.table
	}
	return &service{
		name: "dynamodb", operations: ops,
		throttled: failure{status: http.StatusBadRequest, code: "ThrottlingException"},
		failed:    failure{status: http.StatusInternalServerError, code: "InternalServerError"},
		denied:    failure{status: http.StatusBadRequest, code: "AccessDeniedException"},
		unknown:   failure{status: http.StatusBadRequest, code: "UnknownOperationException"},
		fail:      failJSON("com.amazon.coral.service#"),
	}
}

// tableRequest has what the endpoint needs of any of the requests.
type tableRequest struct {
	TableName              string
	IndexName              string
	Item, Key              attributes
	ConditionExpression    string
	KeyConditionExpression string
	UpdateExpression       string
	Names                  map[string]string // ExpressionAttributeNames
	Values                 attributes        // ExpressionAttributeValues
	RequestItems           map[string]json.RawMessage
	TransactItems          []map[string]tableRequest
}

// UnmarshalJSON implements json.Unmarshaler.
func (in *tableRequest) UnmarshalJSON(raw []byte) (err error) {
	*in, err = readTable(gjson.ParseBytes(raw))
	return err
}

// readTable reads the members by their exact names, as the engine does. encoding/json
// alone would take a member "key" for Key, and a right would be decided on another item
// than the engine works on.
func readTable(v gjson.Result) (in tableRequest, err error) {
	if !v.IsObject() {
		return in, errors.New("a request is an object")
	}
	texts := map[string]*string{
		"TableName": &in.TableName, "IndexName": &in.IndexName, "ConditionExpression": &in.ConditionExpression,
		"KeyConditionExpression": &in.KeyConditionExpression, "UpdateExpression": &in.UpdateExpression,
	}
	v.ForEach(func(name, value gjson.Result) bool {
		switch field := name.String(); field {
		case "Item":
			in.Item = rawjson.Members(value)
		case "Key":
			in.Key = rawjson.Members(value)
		case "ExpressionAttributeValues":
			in.Values = rawjson.Members(value)
		case "ExpressionAttributeNames":
			err = json.Unmarshal([]byte(value.Raw), &in.Names)
		case "RequestItems":
			in.RequestItems = rawjson.Members(value)
		case "TransactItems":
			err = json.Unmarshal([]byte(value.Raw), &in.TransactItems)
		default:
			if to := texts[field]; to != nil && value.Type == gjson.String {
				*to = value.String()
			}
		}
		return err == nil
	})
	return in, err
}

// attributes of an item, each as DynamoDB's JSON.
type attributes map[string]json.RawMessage

func (s *Server) table(c *call) (prepared, error) {
	v, err := rawjson.Read(c.body)
	if err != nil {
		return prepared{}, invalid("SerializationException", "%v", err)
	}
	in, err := readTable(v)
	if err != nil {
		return prepared{}, invalid("SerializationException", "%v", err)
	}
	changes, err := s.changes(c.operation, in)
	if err != nil {
		return prepared{}, invalid("SerializationException", "%v", err)
	}
	return prepared{
		needs: s.tableNeeds(c.operation, in),
		do:    func(context.Context) (any, error) { return s.pass(c, s.itemOf(c.operation, v), changes) },
	}, nil
}

// pass does the call at the engine, and counts it if calls are counted. The
// caller's answer then has the capacity in it.
func (s *Server) pass(c *call, item string, changes []change) (res *reply, err error) {
	body, counting := c.body, s.counter.on.Load()
	if counting {
		body = asking(c.operation, body)
	}
	send := func() (*reply, error) { return s.forward(c.operation, body) }
	if item != "" {
		send = func() (*reply, error) { return s.write(c.operation, item, body) }
	}
	if len(changes) > 0 {
		res, err = s.capture(c.operation, send, changes)
	} else {
		res, err = send()
	}
	if counting && err == nil {
		s.counter.add(c.caller.Name, c.operation, res)
	}
	return res, err
}

// tableNeeds is what IAM asks for each call: a transaction needs the action of
// every entry, a query on an index needs the index. What names items has their
// leading keys in its context, a batch those of each table together.
func (s *Server) tableNeeds(operation string, in tableRequest) []access {
	switch operation {
	case "ListTables":
		return []access{need("dynamodb:ListTables", "*")}
	case "BatchGetItem", "BatchWriteItem":
		var needs []access
		for name, raw := range in.RequestItems {
			needs = append(needs, s.onItems(operation, name, batched(operation, raw)...))
		}
		return needs
	case "TransactGetItems", "TransactWriteItems":
		var needs []access
		for _, item := range in.TransactItems {
			for kind, entry := range item {
				action := entryActions[kind]
				needs = append(needs, s.onItems(action, entry.TableName, entry.named(action)))
			}
		}
		return needs
	case "GetItem", "PutItem", "UpdateItem", "DeleteItem":
		return []access{s.onItems(operation, in.TableName, in.named(operation))}
	case "Query":
		if in.IndexName == "" {
			return []access{s.onItems(operation, in.TableName, in.equated())}
		}
	}
	arn := s.tableARN(in.TableName)
	if in.IndexName != "" {
		arn += "/index/" + in.IndexName
	}
	return []access{need("dynamodb:"+operation, arn)}
}

// entryActions are the actions that the entries of a transaction need.
var entryActions = map[string]string{"Get": "GetItem", "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}

func (s *Server) tableARN(name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return fmt.Sprintf("arn:aws:dynamodb:%s:%s:table/%s", s.template().Region, s.template().Account, name)
}

// forward sends the call to the engine and returns its answer unchanged. It
// goes on when the caller hangs up: a write is never left half watched.
func (s *Server) forward(operation string, body []byte) (*reply, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), forwardWithin)
	defer cancel()
	res, err := s.Engine.Send(ctx, operation, body)
	if err != nil {
		return nil, fmt.Errorf("the DynamoDB engine did not answer: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := read(res.Body, res.ContentLength)
	if err != nil {
		return nil, fmt.Errorf("the DynamoDB engine closed the connection: %w", err)
	}
	header := http.Header{}
	for _, name := range []string{"Content-Type", "X-Amzn-Requestid", "X-Amz-Crc32"} {
		if v := res.Header.Values(name); len(v) > 0 {
			header[name] = slices.Clone(v)
		}
	}
	if res.StatusCode >= http.StatusInternalServerError && engine.Damaged(answer) {
		s.damaged.Do(func() {
			s.log().ErrorContext(ctx, "stop the stack", "error", datafile.Unusable(filepath.Join(s.DataDir, "dynamo.db"), fmt.Errorf("%s answered %s", operation, answer)))
		})
	}
	return &reply{status: res.StatusCode, header: header, body: answer}, nil
}

// get reads one item, strongly consistent; nil if it is not there.
func (s *Server) get(table string, key attributes, only []string) (attributes, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), forwardWithin)
	defer cancel()
	in := map[string]any{"TableName": table, "Key": key, "ConsistentRead": true}
	if len(only) > 0 {
		names, expression := map[string]string{}, make([]string, len(only))
		for i, name := range only {
			expression[i] = fmt.Sprintf("#k%d", i)
			names[expression[i]] = name
		}
		in["ProjectionExpression"], in["ExpressionAttributeNames"] = strings.Join(expression, ","), names
	}
	if s.counter.on.Load() {
		s.counter.add(Own, "GetItem", nil)
	}
	var out struct{ Item attributes }
	err := s.Engine.Call(ctx, "GetItem", in, &out)
	return out.Item, err
}
