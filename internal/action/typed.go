package action

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// stripeGo matches the import path of stripe-go's types and its major version.
var stripeGo = regexp.MustCompile(`^github\.com/stripe/stripe-go/v(\d+)$`)

// advice ends every refusal of an event by a typed action.
const advice = "read package facts, or start with action.AnyVersion"

// versionError reports an event that is rendered in another API version than the
// action's types read.
type versionError struct {
	rendered string
	reads    facts.Version
}

func (e *versionError) Error() string {
	return fmt.Sprintf("event is rendered in API version %q and this action reads %q: set the endpoint's version, %s", e.rendered, e.reads, advice)
}

// readable reports whether an event decodes as t without wrong zeros: t is a type of
// a stripe-go major that reads the event's API version, and the object is of that
// type. A type that is not stripe-go's says nothing about versions and is refused,
// too. Only a versionError may be mended by another rendering of the event.
func readable(t reflect.Type, f event.Facts) error {
	major := stripeGo.FindStringSubmatch(t.PkgPath())
	if major == nil {
		return fmt.Errorf("events decode as %s, which names no API version%s: %s", t, within(t), advice)
	}
	if !names(t.Name(), f.ObjectType) {
		return fmt.Errorf("event is about a %q and this action reads a %s: subscribe to other types, or %s", f.ObjectType, t.Name(), advice)
	}
	version, ok := facts.VersionOfStripeGo(major[1])
	if !ok {
		return fmt.Errorf("the API version of stripe-go v%s is not known: add it to facts/versions.go, %s", major[1], advice)
	}
	if !facts.Version(f.APIVersion).ReadAs(version) {
		return &versionError{f.APIVersion, version}
	}
	return nil
}

// within names the type of stripe-go that t points to or lists: data.object is one
// object, and not a pointer to it.
func within(t reflect.Type) string {
	if k := t.Kind(); k != reflect.Pointer && k != reflect.Slice && k != reflect.Array {
		return ""
	}
	if stripeGo.MatchString(t.Elem().PkgPath()) {
		return fmt.Sprintf(" (use action.Event[%s])", t.Elem())
	}
	return ""
}

// unlike are Stripe's objects whose type in stripe-go is not named for them: the
// family is missing in the object, or several objects share a type.
var unlike = map[string][]string{
	"scheduled_query_run": {"SigmaScheduledQueryRun"},
	"line_item":           {"InvoiceLineItem"},
	"item":                {"LineItem"},
	"bank_account":        {"BankAccount", "AccountExternalAccount", "PaymentSource"},
	"card":                {"Card", "AccountExternalAccount", "PaymentSource"},
	"source":              {"Source", "PaymentSource"},
}

// names reports whether a type of stripe-go is that of Stripe's object: it has the
// object's name without dots and underscores, such as IssuingCard for issuing.card.
func names(typ, object string) bool {
	if types, ok := unlike[object]; ok {
		return slices.Contains(types, typ)
	}
	plain := strings.NewReplacer(".", "", "_", "").Replace(object)
	return plain != "" && strings.EqualFold(typ, plain)
}
