package dynamo

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

var (
	sdkKey  = map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "live/own/a/1"}}
	keyJSON = `{"id":{"S":"live/own/a/1"}}`
)

func TestRawWriteTakesTheTypesOfTheSDK(t *testing.T) {
	table, expression, names := aws.String("shop-orders"), aws.String("x"), map[string]string{"#n": "n"}
	allOld := types.ReturnValuesOnConditionCheckFailureAllOld
	put := types.TransactWriteItem{Put: &types.Put{TableName: table, Item: sdkKey}}
	const more = `,"ConditionExpression":"x","ExpressionAttributeNames":{"#n":"n"},"ExpressionAttributeValues":{"id":{"S":"live/own/a/1"}},"ReturnValuesOnConditionCheckFailure":"ALL_OLD"}`
	for name, c := range map[string]struct {
		raw  any
		want string
	}{
		"put":              {put, `{"Put":{"TableName":"shop-orders","Item":` + keyJSON + `}}`},
		"pointer":          {&put, `{"Put":{"TableName":"shop-orders","Item":` + keyJSON + `}}`},
		"ours":             {ddb.TransactWriteItem{Delete: &ddb.Delete{TableName: table}}, `{"Delete":{"TableName":"shop-orders","Key":null}}`},
		"a pointer to one": {&ddb.TransactWriteItem{Delete: &ddb.Delete{TableName: table}}, `{"Delete":{"TableName":"shop-orders","Key":null}}`},
		"put with all": {types.TransactWriteItem{Put: &types.Put{
			TableName: table, Item: sdkKey, ConditionExpression: expression,
			ExpressionAttributeNames: names, ExpressionAttributeValues: sdkKey, ReturnValuesOnConditionCheckFailure: allOld,
		}}, `{"Put":{"TableName":"shop-orders","Item":` + keyJSON + more + `}`},
		"update with all": {types.TransactWriteItem{Update: &types.Update{
			TableName: table, Key: sdkKey, UpdateExpression: expression, ConditionExpression: expression,
			ExpressionAttributeNames: names, ExpressionAttributeValues: sdkKey, ReturnValuesOnConditionCheckFailure: allOld,
		}}, `{"Update":{"TableName":"shop-orders","Key":` + keyJSON + `,"UpdateExpression":"x"` + more + `}`},
		"delete with all": {types.TransactWriteItem{Delete: &types.Delete{
			TableName: table, Key: sdkKey, ConditionExpression: expression,
			ExpressionAttributeNames: names, ExpressionAttributeValues: sdkKey, ReturnValuesOnConditionCheckFailure: allOld,
		}}, `{"Delete":{"TableName":"shop-orders","Key":` + keyJSON + more + `}`},
		"check with all": {types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName: table, Key: sdkKey, ConditionExpression: expression,
			ExpressionAttributeNames: names, ExpressionAttributeValues: sdkKey, ReturnValuesOnConditionCheckFailure: allOld,
		}}, `{"ConditionCheck":{"TableName":"shop-orders","Key":` + keyJSON + more + `}`},
	} {
		it, err := (&Tables{}).transactItem(event.Write{Raw: c.raw})
		if got, _ := json.Marshal(it); err != nil || string(got) != c.want {
			t.Errorf("%s: error %v, got\n%s, want\n%s", name, err, got, c.want)
		}
	}
}

func TestRawWriteTakesValuesOfEachKind(t *testing.T) {
	for want, v := range map[string]types.AttributeValue{
		`{"S":"é"}`:              &types.AttributeValueMemberS{Value: "é"},
		`{"S":""}`:               &types.AttributeValueMemberS{},
		`{"N":"-1.5"}`:           &types.AttributeValueMemberN{Value: "-1.5"},
		`{"B":"AAH/"}`:           &types.AttributeValueMemberB{Value: []byte{0, 1, 255}},
		`{"BOOL":false}`:         &types.AttributeValueMemberBOOL{},
		`{"BOOL":true}`:          &types.AttributeValueMemberBOOL{Value: true},
		`{"NULL":true}`:          &types.AttributeValueMemberNULL{Value: true},
		`{"SS":["a","b"]}`:       &types.AttributeValueMemberSS{Value: []string{"a", "b"}},
		`{"NS":["1","2"]}`:       &types.AttributeValueMemberNS{Value: []string{"1", "2"}},
		`{"BS":["AA==","/w=="]}`: &types.AttributeValueMemberBS{Value: [][]byte{{0}, {255}}},
		`{"L":[]}`:               &types.AttributeValueMemberL{},
		`{"L":[{"M":{"id":{"S":"live/own/a/1"}}},{"L":[{"N":"1"}]}]}`: &types.AttributeValueMemberL{Value: []types.AttributeValue{
			&types.AttributeValueMemberM{Value: sdkKey}, &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberN{Value: "1"}}},
		}},
		`{"M":{}}`: &types.AttributeValueMemberM{},
	} {
		raw := types.TransactWriteItem{Put: &types.Put{Item: map[string]types.AttributeValue{"v": v}}}
		it, err := (&Tables{}).transactItem(event.Write{Raw: raw})
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		if got, _ := json.Marshal(it.Put.Item["v"]); string(got) != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// sent has a field that ours does not.
type sent struct {
	Put *struct {
		TableName *string
		New       bool
	}
}

func TestRawWriteThatIsNoneIsInvalid(t *testing.T) {
	item := func(v types.AttributeValue) any {
		return types.TransactWriteItem{Put: &types.Put{Item: map[string]types.AttributeValue{"v": v}}}
	}
	later := sent{Put: &struct {
		TableName *string
		New       bool
	}{New: true}}
	key := &types.ConditionCheck{Key: sdkKey}
	for name, c := range map[string]struct {
		raw  any
		want string
	}{
		"text":               {"UPDATE orders", "a string is no ddb.TransactWriteItem"},
		"another item":       {types.Put{TableName: aws.String("orders")}, "has no field TableName"},
		"several":            {[]types.TransactWriteItem{{ConditionCheck: key}}, "a []types.TransactWriteItem is no"},
		"nil pointer":        {(*types.TransactWriteItem)(nil), "is nil"},
		"our nil pointer":    {(*ddb.TransactWriteItem)(nil), "is nil"},
		"nothing":            {nil, "table of 0 bytes"},
		"no field":           {types.TransactWriteItem{}, "sets 0 of Put, Update"},
		"our empty one":      {ddb.TransactWriteItem{}, "sets 0 of Put, Update"},
		"two fields":         {types.TransactWriteItem{ConditionCheck: key, Put: &types.Put{}}, "sets 2 of Put, Update"},
		"a field of later":   {later, "Put: ddb.Put has no field New"},
		"no value":           {item(nil), "Put: Item: v: an attribute value is a pointer"},
		"nil value":          {item((*types.AttributeValueMemberS)(nil)), "Put: Item: v: an attribute value is a pointer"},
		"kind of later":      {item(&types.UnknownUnionMember{Tag: "V"}), "types.UnknownUnionMember is no kind of attribute value"},
		"no value in a list": {item(&types.AttributeValueMemberL{Value: []types.AttributeValue{nil}}), "Value: [0]: an attribute value"},
	} {
		_, err := (&Tables{}).transactItem(event.Write{Raw: c.raw})
		if !errors.Is(err, event.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error is %v, want %q", name, err, c.want)
		}
	}
}

// Fields that the SDK adds have to be added to ours, too.
func TestTransactItemHasTheFieldsOfTheSDK(t *testing.T) {
	item := reflect.TypeFor[types.TransactWriteItem]()
	for i := range item.NumField() {
		part := item.Field(i)
		if !part.IsExported() {
			continue
		}
		own, ok := reflect.TypeFor[ddb.TransactWriteItem]().FieldByName(part.Name)
		if !ok {
			t.Errorf("ddb.TransactWriteItem has no field %s", part.Name)
			continue
		}
		for j := range part.Type.Elem().NumField() {
			if f := part.Type.Elem().Field(j); f.IsExported() {
				if _, ok := own.Type.Elem().FieldByName(f.Name); !ok {
					t.Errorf("ddb.%s has no field %s", part.Name, f.Name)
				}
			}
		}
	}
}
