package aws

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/payhooks/payhooks/infra/local/aws/pattern"
)

func TestRemovedAttributesAreReadFromTheExpression(t *testing.T) {
	names := map[string]string{"#p": "pending", "#q": "a.b"}
	for expression, want := range map[string][]string{
		"REMOVE pending":                              {"pending"},
		"remove pending ADD wanted :w":                {"pending"},
		"SET a = :a, pending = :p":                    nil,
		"SET a = if_not_exists(b, :b) REMOVE #p,#q,c": {"pending", "a.b", "c"},
		"REMOVE a.b, c[0], d .e, f [1], g":            {"g"},
		"ADD n :n REMOVE\n\tx , y SET z = :z - :o":    {"x", "y"},
		"DELETE pending :p":                           nil,
		"":                                            nil,
	} {
		got := removed(tableRequest{UpdateExpression: expression, Names: names})
		if !slices.Equal(got, want) {
			t.Errorf("%q removes %q, want %q", expression, got, want)
		}
	}
}

func TestOnlyChangesThatNoFilterTakesAreUnwanted(t *testing.T) {
	filter := func(text string) *pattern.Pattern {
		p, err := pattern.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	pending := filter(`{"dynamodb":{"NewImage":{"pending":{"S":[{"anything-but":["fetched"]}]}}}}`)
	inserts := filter(`{"eventName":["INSERT"]}`)
	update := func(expression string) tableRequest {
		return tableRequest{TableName: "t", Key: attributes{"id": json.RawMessage(`{"S":"1"}`)}, UpdateExpression: expression}
	}
	for _, c := range []struct {
		name    string
		filters []*pattern.Pattern
		in      tableRequest
		deletes bool
		want    bool
	}{
		{"removes what the filter asks for", []*pattern.Pattern{pending}, update("REMOVE pending"), false, true},
		{"removes something else", []*pattern.Pattern{pending}, update("REMOVE nonce"), false, false},
		{"sets something", []*pattern.Pattern{pending}, update("SET a = :a"), false, false},
		{"another consumer takes it", []*pattern.Pattern{pending, inserts}, update("REMOVE pending"), false, false},
		{"a consumer takes everything", nil, update("REMOVE pending"), false, false},
		{"deletes the item", []*pattern.Pattern{pending}, update(""), true, true},
		{"deletes the item, and a filter needs no image", []*pattern.Pattern{inserts}, update(""), true, false},
	} {
		s := &Server{}
		s.defined.Store(&defined{tables: map[string]*table{"t": {name: "t", keys: []string{"id"}, stream: &Stream{filters: c.filters}}}})
		if got := s.change(nil, c.in, c.deletes)[0].unwanted(); got != c.want {
			t.Errorf("%s: unwanted is %t", c.name, got)
		}
	}
}
