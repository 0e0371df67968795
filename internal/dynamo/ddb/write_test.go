package ddb_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
)

// TestInputsAreWrittenAsByReflection: a field that is added to an input must not be
// left out of what is sent.
func TestInputsAreWrittenAsByReflection(t *testing.T) {
	type (
		put      ddb.PutItemInput
		update   ddb.UpdateItemInput
		remove   ddb.DeleteItemInput
		transact ddb.TransactWriteItemsInput
		get      ddb.GetItemInput
		batch    ddb.BatchGetItemInput
	)
	for in, reflected := range map[json.Marshaler]any{
		&ddb.PutItemInput{}: put{}, &ddb.UpdateItemInput{}: update{}, &ddb.DeleteItemInput{}: remove{},
		&ddb.TransactWriteItemsInput{}: transact{}, &ddb.GetItemInput{}: get{}, &ddb.BatchGetItemInput{}: batch{},
	} {
		v := reflect.ValueOf(in).Elem()
		full(v)
		got, err := in.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(v.Convert(reflect.TypeOf(reflected)).Interface())
		if err != nil {
			t.Fatal(err)
		}
		if canonical(got) != canonical(want) {
			t.Errorf("%T is written as\n%s, want\n%s", in, got, want)
		}
	}
}

// full puts something into every field.
func full(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			full(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		full(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		full(v.Index(0))
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		full(key)
		full(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Interface:
		v.Set(reflect.ValueOf(&ddb.AttributeValueMemberS{Value: "a"}))
	case reflect.String:
		v.SetString("a")
	case reflect.Bool:
		v.SetBool(true)
	}
}

// An item that is read may have values of a kind that is not known yet. Written back without
// them it would lose them.
func TestUnknownValuesAreNotLeftOut(t *testing.T) {
	list := &ddb.AttributeValueMemberL{Value: []ddb.AttributeValue{nil}}
	for want, it := range map[string]ddb.Item{`{"a":null}`: {"a": nil}, `{"a":{"L":[null]}}`: {"a": list}} {
		b, err := (&ddb.PutItemInput{TableName: aws.String("t"), Item: it}).MarshalJSON()
		if want := `{"TableName":"t","Item":` + want + `}`; err != nil || string(b) != want {
			t.Errorf("%s, %v, want %s", b, err, want)
		}
	}
}
