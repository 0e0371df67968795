package aws

import (
	"slices"
	"testing"

	"github.com/payhooks/payhooks/infra/local/template"
)

func leadingServer() *Server {
	schema := func(names ...string) map[string]any {
		var keys []any
		for _, n := range names {
			keys = append(keys, map[string]any{"AttributeName": n})
		}
		return map[string]any{"KeySchema": keys}
	}
	s := &Server{Stack: &template.Stack{Region: "us-east-1", Account: "000000000000"}}
	s.Stack.Tables = []template.Table{
		{Name: "a", ARN: s.tableARN("a"), Create: schema("id")},
		{Name: "b", ARN: s.tableARN("b"), Create: schema("endpoint", "id")},
	}
	return s
}

func TestCallsFillLeadingKeysOfTheirItems(t *testing.T) {
	s := leadingServer()
	for name, c := range map[string]struct {
		operation, body string
		want            []string
	}{
		"get":               {"GetItem", `{"TableName":"a","Key":{"id":{"S":"x"}}}`, []string{"x"}},
		"get by ARN":        {"GetItem", `{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/a","Key":{"id":{"S":"x"}}}`, []string{"x"}},
		"delete":            {"DeleteItem", `{"TableName":"b","Key":{"endpoint":{"S":"e"},"id":{"S":"x"}}}`, []string{"e"}},
		"update":            {"UpdateItem", `{"TableName":"a","Key":{"id":{"N":"7"}}}`, []string{"7"}},
		"put":               {"PutItem", `{"TableName":"a","Item":{"id":{"B":"eA=="},"n":{"N":"1"}}}`, []string{"eA=="}},
		"put with a key":    {"PutItem", `{"TableName":"a","Key":{"id":{"S":"own"}},"Item":{"id":{"S":"x"}}}`, []string{"x"}},
		"without the key":   {"GetItem", `{"TableName":"a","Key":{"other":{"S":"x"}}}`, nil},
		"empty key":         {"GetItem", `{"TableName":"a","Key":{"id":{"S":""}}}`, nil},
		"key of two types":  {"GetItem", `{"TableName":"a","Key":{"id":{"S":"x","N":"1"}}}`, nil},
		"unknown table":     {"GetItem", `{"TableName":"c","Key":{"id":{"S":"x"}}}`, nil},
		"scan":              {"Scan", `{"TableName":"a"}`, nil},
		"batch get":         {"BatchGetItem", `{"RequestItems":{"a":{"Keys":[{"id":{"S":"x"}},{"id":{"S":"y"}}]}}}`, []string{"x", "y"}},
		"batch with a gap":  {"BatchGetItem", `{"RequestItems":{"a":{"Keys":[{"id":{"S":"x"}},{"n":{"S":"y"}}]}}}`, nil},
		"batch write":       {"BatchWriteItem", `{"RequestItems":{"a":[{"PutRequest":{"Item":{"id":{"S":"x"}}}},{"DeleteRequest":{"Key":{"id":{"S":"y"}}}}]}}`, []string{"x", "y"}},
		"batch of nothing":  {"BatchWriteItem", `{"RequestItems":{"a":[]}}`, nil},
		"query":             {"Query", `{"TableName":"b","KeyConditionExpression":"#e=:e AND begins_with(id, :i)","ExpressionAttributeNames":{"#e":"endpoint"},"ExpressionAttributeValues":{":e":{"S":"e"},":i":{"S":"i"}}}`, []string{"e"}},
		"query in brackets": {"Query", `{"TableName":"b","KeyConditionExpression":"(id = :i) AND (endpoint = :e)","ExpressionAttributeValues":{":e":{"S":"e"},":i":{"S":"i"}}}`, []string{"e"}},
		"query of a range":  {"Query", `{"TableName":"a","KeyConditionExpression":"id <= :e","ExpressionAttributeValues":{":e":{"S":"e"}}}`, nil},
		"query of two":      {"Query", `{"TableName":"a","KeyConditionExpression":"id = :e AND id = :i","ExpressionAttributeValues":{":e":{"S":"e"},":i":{"S":"i"}}}`, nil},
		"query of an index": {"Query", `{"TableName":"a","IndexName":"i","KeyConditionExpression":"id = :e","ExpressionAttributeValues":{":e":{"S":"e"}}}`, nil},
		"old form of query": {"Query", `{"TableName":"a","KeyConditions":{"id":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"e"}]}}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := s.table(&call{operation: c.operation, body: []byte(c.body)})
			if err != nil {
				t.Fatal(err)
			}
			if got := p.needs[0].context[leadingKeys]; len(p.needs) != 1 || !slices.Equal(got, c.want) {
				t.Errorf("%d rights, leading keys %q, want %q", len(p.needs), got, c.want)
			}
		})
	}
}

func TestTransactionEntriesHaveTheirOwnLeadingKey(t *testing.T) {
	p, err := leadingServer().table(&call{operation: "TransactWriteItems", body: []byte(`{"TransactItems":[
		{"Put":{"TableName":"a","Item":{"id":{"S":"1"}}}},{"ConditionCheck":{"TableName":"a","Key":{"id":{"S":"2"}}}},
		{"Update":{"TableName":"b","Key":{"endpoint":{"S":"3"}}}},{"Delete":{"TableName":"a","Key":{"id":{"S":"4"}}}}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"dynamodb:PutItem 1", "dynamodb:ConditionCheckItem 2", "dynamodb:UpdateItem 3", "dynamodb:DeleteItem 4"}
	for i, a := range p.needs {
		if got := a.context[leadingKeys]; len(got) != 1 || a.action+" "+got[0] != want[i] {
			t.Errorf("entry %d needs %s with leading keys %q, want %s", i, a.action, got, want[i])
		}
	}
}
