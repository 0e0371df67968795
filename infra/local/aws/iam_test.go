package aws

import (
	"testing"

	"github.com/payhooks/payhooks/infra/local/template"
)

func TestWildcardsInPoliciesMatchAsInIAM(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"*", "", true},
		{"*", "anything", true},
		{"a*c", "abbbc", true},
		{"a*c", "abbb", false},
		{"a*b*c", "a-b-b-c", true},
		{"table/local-?", "table/local-1", true},
		{"table/local-?", "table/local-12", false},
		{"table/local", "table/local/index/x", false},
		{"table/local/index/*", "table/local/index/x", true},
		{"", "", true},
		{"", "x", false},
		{"x**", "x", true},
	} {
		if got := like(c.pattern, c.s); got != c.want {
			t.Errorf("%q on %q: %v", c.pattern, c.s, got)
		}
	}
}

func TestConditionsHoldAsInIAM(t *testing.T) {
	call := map[string][]string{"ses:fromaddress": {"shop@example.com"}, "ses:recipients": {"a@example.com", "b@example.com"}}
	for _, c := range []struct {
		operator, key, value string
		want                 bool
	}{
		{"StringEquals", "ses:FromAddress", "shop@example.com", true},
		{"StringEquals", "ses:FromAddress", "Shop@example.com", false},
		{"StringEqualsIgnoreCase", "ses:FromAddress", "Shop@Example.com", true},
		{"StringLike", "ses:FromAddress", "*@example.com", true},
		{"StringNotLike", "ses:FromAddress", "*@example.com", false},
		{"StringNotEquals", "ses:FromAddress", "boss@example.com", true},
		{"StringEquals", "ses:Nothing", "x", false},
		{"StringNotEquals", "ses:Nothing", "x", true},
		{"StringEqualsIfExists", "ses:Nothing", "x", true},
		{"ForAllValues:StringEquals", "ses:Nothing", "x", true},
		{"ForAllValues:StringLike", "ses:Recipients", "*@example.com", true},
		{"ForAllValues:StringEquals", "ses:Recipients", "a@example.com", false},
		{"ForAnyValue:StringEquals", "ses:Recipients", "a@example.com", true},
		{"ForAnyValue:StringNotEquals", "ses:Nothing", "x", false},
		{"Null", "ses:Nothing", "true", true},
		{"Null", "ses:FromAddress", "true", false},
		{"Null", "ses:Nothing", "false", false},
		{"Null", "ses:FromAddress", "false", true},
		{"ForAllValues:StringLike", "ses:Nothing", "*@example.com", true},
		{"ForAllValues:StringLike", "ses:Recipients", "a@*", false},
	} {
		got, err := condition{c.operator, c.key, []string{c.value}}.holds(call)
		if err != nil || got != c.want {
			t.Errorf("%s %s %s: %v (%v), want %v", c.operator, c.key, c.value, got, err, c.want)
		}
	}
}

func TestADenyBeatsEveryAllow(t *testing.T) {
	allow := template.Statement{Effect: "Allow", Actions: []string{"sqs:*"}, Resources: []string{"*"}}
	deny := template.Statement{Effect: "Deny", Actions: []string{"SQS:Send*"}, Resources: []string{"q"}}
	policies := []template.Policy{{Statements: []template.Statement{deny}}, {Statements: []template.Statement{allow}}}
	for action, want := range map[string]bool{"sqs:SendMessage": false, "sqs:ReceiveMessage": true} {
		if got, _ := decide(policies, question{action: action, resource: "q"}); got != want {
			t.Errorf("%s: %v", action, got)
		}
	}
	if got, _ := decide(nil, question{action: "sqs:SendMessage", resource: "q"}); got {
		t.Error("without any policy it was allowed")
	}
}

func TestABatchWriteNeedsEachTableAndATransactionEachAction(t *testing.T) {
	s := &Server{Stack: &template.Stack{Region: "us-east-1", Account: "000000000000"}}
	for name, c := range map[string]struct {
		operation, body string
		want            map[string]string // resource to action
	}{
		"a batch": {"BatchWriteItem", `{"RequestItems":{"a":[],"b":[]}}`, map[string]string{"a": "BatchWriteItem", "b": "BatchWriteItem"}},
		"a transaction": {
			"TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"a"}},{"ConditionCheck":{"TableName":"b"}},{"Update":{"TableName":"c"}},{"Delete":{"TableName":"d"}}]}`,
			map[string]string{"a": "PutItem", "b": "ConditionCheckItem", "c": "UpdateItem", "d": "DeleteItem"},
		},
		"a transactional read": {"TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"a"}}]}`, map[string]string{"a": "GetItem"}},
		"a query":              {"Query", `{"TableName":"a","IndexName":"i"}`, map[string]string{"a/index/i": "Query"}},
		"a list":               {"ListTables", `{}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := s.table(&call{operation: c.operation, body: []byte(c.body)})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, a := range p.needs {
				got[a.resources[0]] = a.action
			}
			for table, action := range c.want {
				if arn := s.tableARN(table); got[arn] != "dynamodb:"+action {
					t.Errorf("%s needs %q, want %s", arn, got[arn], action)
				}
			}
		})
	}
}
