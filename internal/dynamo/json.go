package dynamo

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
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
func fromJSON(v any) (ddb.AttributeValue, error) {
	switch v := v.(type) {
	case nil:
		return &ddb.AttributeValueMemberNULL{Value: true}, nil
	case bool:
		return &ddb.AttributeValueMemberBOOL{Value: v}, nil
	case string:
		return str(v), nil
	case json.Number:
		return &ddb.AttributeValueMemberN{Value: v.String()}, checkNumber(v.String())
	case []any:
		list := make([]ddb.AttributeValue, len(v))
		for i, e := range v {
			var err error
			if list[i], err = fromJSON(e); err != nil {
				return nil, err
			}
		}
		return &ddb.AttributeValueMemberL{Value: list}, nil
	case map[string]any:
		m := make(map[string]ddb.AttributeValue, len(v))
		for k, e := range v {
			var err error
			if m[k], err = fromJSON(e); err != nil {
				return nil, err
			}
		}
		return &ddb.AttributeValueMemberM{Value: m}, nil
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
func toJSON(v ddb.AttributeValue) (any, error) {
	switch v := v.(type) {
	case *ddb.AttributeValueMemberNULL:
		return nil, nil
	case *ddb.AttributeValueMemberBOOL:
		return v.Value, nil
	case *ddb.AttributeValueMemberS:
		return v.Value, nil
	case *ddb.AttributeValueMemberN:
		return json.Number(v.Value), nil
	case *ddb.AttributeValueMemberB:
		return v.Value, nil
	case *ddb.AttributeValueMemberSS:
		return v.Value, nil
	case *ddb.AttributeValueMemberNS:
		ns := make([]json.Number, len(v.Value))
		for i, n := range v.Value {
			ns[i] = json.Number(n)
		}
		return ns, nil
	case *ddb.AttributeValueMemberBS:
		return v.Value, nil
	case *ddb.AttributeValueMemberL:
		list := make([]any, len(v.Value))
		for i, e := range v.Value {
			var err error
			if list[i], err = toJSON(e); err != nil {
				return nil, err
			}
		}
		return list, nil
	case *ddb.AttributeValueMemberM:
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
