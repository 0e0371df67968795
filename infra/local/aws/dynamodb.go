package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/local/datafile"
	"github.com/payhooks/payhooks/infra/local/engine"
	"github.com/payhooks/payhooks/internal/rawjson"
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
	alone                  bool // has a member that an entry of a transaction cannot have
}

// readTable reads the members by their exact names, as the engine does. encoding/json
// alone would take a member "key" for Key, and a right would be decided on another item
// than the engine works on.
func readTable(r *rawjson.Reader) (in tableRequest) {
	texts := map[string]*string{
		"TableName": &in.TableName, "IndexName": &in.IndexName, "ConditionExpression": &in.ConditionExpression,
		"KeyConditionExpression": &in.KeyConditionExpression, "UpdateExpression": &in.UpdateExpression,
	}
	r.Expect(r.Object(func(name []byte) {
		switch string(name) {
		case "Item":
			in.Item = members(r)
		case "Key":
			in.Key = members(r)
		case "ExpressionAttributeValues":
			in.Values = members(r)
		case "ExpressionAttributeNames":
			in.Names = map[string]string{}
			r.Expect(r.Object(func(name []byte) { in.Names[string(name)] = r.NeedText() }))
		case "RequestItems":
			in.RequestItems = members(r)
		case "TransactItems":
			in.TransactItems = readEntries(r)
		default:
			if to := texts[string(name)]; to != nil {
				*to = r.NeedText()
			}
		}
		in.alone = in.alone || !inEntry[string(name)]
	}))
	return in
}

// readEntries reads the entries of a transaction or a batch, each by what it does.
func readEntries(r *rawjson.Reader) (all []map[string]tableRequest) {
	r.Expect(r.Array(func() {
		entry := map[string]tableRequest{}
		r.Expect(r.Object(func(name []byte) {
			kind := string(name)
			entry[kind] = readTable(r)
		}))
		all = append(all, entry)
	}))
	return all
}

// members are those of an object, as they are written; of one that comes twice the last,
// as the engine takes it.
func members(r *rawjson.Reader) map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	r.Expect(r.Object(func(name []byte) {
		text := string(name)
		all[text] = r.Raw()
	}))
	return all
}

// attributes of an item, each as DynamoDB's JSON.
type attributes map[string]json.RawMessage

func (s *Server) table(c *call) (prepared, error) {
	r := rawjson.New(c.body)
	in := readTable(r)
	if !r.OK() {
		return prepared{}, invalid("SerializationException", "the request is not what %s takes", c.operation)
	}
	changes, err := s.changes(c.operation, in)
	if err != nil {
		return prepared{}, invalid("SerializationException", "%v", err)
	}
	return prepared{
		needs: s.tableNeeds(c.operation, in),
		do:    func(context.Context) (any, error) { return s.pass(c, s.itemOf(c.operation, in), changes) },
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
