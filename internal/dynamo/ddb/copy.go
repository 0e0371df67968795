package ddb

import (
	"fmt"
	"reflect"
	"strings"
)

// Copy fills what to points at from a value of the SDK's type of that name, or from a pointer
// to one. The fields of both have the same names: to link the SDK's types for it would bring
// back what this package saves.
func Copy(to, from any) error {
	v := reflect.Indirect(reflect.ValueOf(from))
	if !v.IsValid() {
		return fmt.Errorf("the %T is nil", from)
	}
	return fill(reflect.ValueOf(to).Elem(), v)
}

func fill(to, from reflect.Value) error {
	switch {
	case from.Kind() != to.Kind():
		return fmt.Errorf("a %s is no %s", from.Type(), to.Type())
	case from.Type().ConvertibleTo(to.Type()):
		to.Set(from.Convert(to.Type()))
		return nil
	case from.Kind() == reflect.Struct:
		return fillStruct(to, from)
	case from.Kind() == reflect.Interface:
		return fillValue(to, from.Elem())
	case from.Kind() == reflect.Pointer && !from.IsNil():
		to.Set(reflect.New(to.Type().Elem()))
		return fill(to.Elem(), from.Elem())
	case from.Kind() == reflect.Slice && !from.IsNil():
		to.Set(reflect.MakeSlice(to.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			if err := fill(to.Index(i), from.Index(i)); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
	case from.Kind() == reflect.Map && !from.IsNil():
		to.Set(reflect.MakeMap(to.Type()))
		for all := from.MapRange(); all.Next(); {
			v := reflect.New(to.Type().Elem()).Elem()
			if err := fill(v, all.Value()); err != nil {
				return fmt.Errorf("%s: %w", all.Key(), err)
			}
			to.SetMapIndex(all.Key(), v)
		}
	}
	return nil
}

// fillStruct refuses a field that this package does not send, unless it is empty.
func fillStruct(to, from reflect.Value) error {
	for i := range from.NumField() {
		field := from.Type().Field(i)
		if !field.IsExported() || from.Field(i).IsZero() {
			continue
		}
		own := to.FieldByName(field.Name)
		if !own.IsValid() {
			return fmt.Errorf("%s has no field %s", to.Type(), field.Name)
		}
		if err := fill(own, from.Field(i)); err != nil {
			return fmt.Errorf("%s: %w", field.Name, err)
		}
	}
	return nil
}

// fillValue makes an attribute value, whose kind the name of its type says.
func fillValue(to, from reflect.Value) error {
	if !from.IsValid() || from.Kind() != reflect.Pointer || from.IsNil() {
		return fmt.Errorf("an attribute value is a pointer to an AttributeValueMemberS, N or another, not %v", from)
	}
	from = from.Elem()
	kind, _ := strings.CutPrefix(from.Type().Name(), "AttributeValueMember")
	v := member(kind)
	if v == nil {
		return fmt.Errorf("a %s is no kind of attribute value", from.Type())
	}
	if err := fill(reflect.ValueOf(v).Elem(), from); err != nil {
		return err
	}
	to.Set(reflect.ValueOf(v))
	return nil
}

func member(kind string) AttributeValue {
	switch kind {
	case "S":
		return new(AttributeValueMemberS)
	case "N":
		return new(AttributeValueMemberN)
	case "B":
		return new(AttributeValueMemberB)
	case "BOOL":
		return new(AttributeValueMemberBOOL)
	case "NULL":
		return new(AttributeValueMemberNULL)
	case "SS":
		return new(AttributeValueMemberSS)
	case "NS":
		return new(AttributeValueMemberNS)
	case "BS":
		return new(AttributeValueMemberBS)
	case "L":
		return new(AttributeValueMemberL)
	case "M":
		return new(AttributeValueMemberM)
	}
	return nil
}
