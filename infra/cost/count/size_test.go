package count

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The sizes are computed by hand from DynamoDB's rules.
func TestSizesAreDynamoDBs(t *testing.T) {
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	item := map[string]types.AttributeValue{
		"id": text("evt_1"), "day": text("a"), "n": &types.AttributeValueMemberN{Value: "1000"}, "raw": &types.AttributeValueMemberB{Value: make([]byte, 9)},
		"list": &types.AttributeValueMemberL{Value: []types.AttributeValue{text("ab")}}, "set": &types.AttributeValueMemberSS{Value: []string{"a", "bc"}},
	}
	for names, want := range map[string]float64{"id": 7, "n": 4, "raw": 12, "list": 10, "set": 6, "none": 0} {
		if got := size(item, []string{names}); got != want {
			t.Errorf("%s: %v bytes, want %v", names, got, want)
		}
	}
	byDay := index{KeySchema: []struct{ AttributeName string }{{"day"}}}
	byDay.Projection.NonKeyAttributes = []string{"id", "n", "day"}
	if got := byDay.size(item); got != 100+7+4+4 {
		t.Errorf("%v bytes in the index", got)
	}
	delete(item, "day")
	if got := byDay.size(item); got != 0 {
		t.Errorf("%v bytes of an item that the index does not have", got)
	}
}
