package dynamo

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/event"
)

// Limits of DynamoDB's numbers: more digits would be rounded or refused.
const (
	maxDigits   = 38
	maxExponent = 125
	minExponent = -130
)

// fromJSON converts what encoding/json decodes with UseNumber. A number keeps
// its exact value or is refused.
func fromJSON(v any) (types.AttributeValue, error) {
	switch v := v.(type) {
	case nil:
		return &types.AttributeValueMemberNULL{Value: true}, nil
	case bool:
		return &types.AttributeValueMemberBOOL{Value: v}, nil
	case string:
		return str(v), nil
	case json.Number:
		return &types.AttributeValueMemberN{Value: v.String()}, checkNumber(v.String())
	case []any:
		list := make([]types.AttributeValue, len(v))
		for i, e := range v {
			var err error
			if list[i], err = fromJSON(e); err != nil {
				return nil, err
			}
		}
		return &types.AttributeValueMemberL{Value: list}, nil
	case map[string]any:
		m := make(map[string]types.AttributeValue, len(v))
		for k, e := range v {
			var err error
			if m[k], err = fromJSON(e); err != nil {
				return nil, err
			}
		}
		return &types.AttributeValueMemberM{Value: m}, nil
	}
	return nil, fmt.Errorf("a %T in JSON: %w", v, event.ErrInvalid)
}

// checkNumber refuses a number that DynamoDB cannot hold exactly.
func checkNumber(s string) error {
	mantissa, exp, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(s, "-")), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.Trim(whole+fraction, "0")
	if digits == "" {
		return nil
	}
	exponent := 0
	if exp != "" {
		var err error
		if exponent, err = strconv.Atoi(exp); err != nil {
			return fmt.Errorf("number %s: %w", s, event.ErrInvalid)
		}
	}
	leading := len(whole) - 1 - (len(whole+fraction) - len(strings.TrimLeft(whole+fraction, "0")))
	if magnitude := exponent + leading; len(digits) > maxDigits || magnitude > maxExponent || magnitude < minExponent {
		return fmt.Errorf("number %s has more digits than the table keeps: %w", s, event.ErrInvalid)
	}
	return nil
}

// toJSON converts what a row may hold into what encoding/json encodes.
func toJSON(v types.AttributeValue) (any, error) {
	switch v := v.(type) {
	case *types.AttributeValueMemberNULL:
		return nil, nil
	case *types.AttributeValueMemberBOOL:
		return v.Value, nil
	case *types.AttributeValueMemberS:
		return v.Value, nil
	case *types.AttributeValueMemberN:
		return json.Number(v.Value), nil
	case *types.AttributeValueMemberB:
		return v.Value, nil
	case *types.AttributeValueMemberSS:
		return v.Value, nil
	case *types.AttributeValueMemberNS:
		ns := make([]json.Number, len(v.Value))
		for i, n := range v.Value {
			ns[i] = json.Number(n)
		}
		return ns, nil
	case *types.AttributeValueMemberBS:
		return v.Value, nil
	case *types.AttributeValueMemberL:
		list := make([]any, len(v.Value))
		for i, e := range v.Value {
			var err error
			if list[i], err = toJSON(e); err != nil {
				return nil, err
			}
		}
		return list, nil
	case *types.AttributeValueMemberM:
		m := make(map[string]any, len(v.Value))
		for k, e := range v.Value {
			var err error
			if m[k], err = toJSON(e); err != nil {
				return nil, err
			}
		}
		return m, nil
	}
	return nil, fmt.Errorf("a %T: %w", v, event.ErrInvalid)
}
