package action

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// stripeGo matches the import path of stripe-go's types and its major version.
var stripeGo = regexp.MustCompile(`^github\.com/stripe/stripe-go/v(\d+)$`)

// readable reports whether an event decodes as T without wrong zeros: T is a
// type of a stripe-go major that reads the event's API version, and the object
// is of that type. A T that is not stripe-go's says nothing about versions and
// is refused, too.
func readable[T any](f event.Facts) error {
	t := reflect.TypeFor[T]()
	const advice = "read package facts, or start with action.AnyVersion"
	major := stripeGo.FindStringSubmatch(t.PkgPath())
	if major == nil {
		return fmt.Errorf("events decode as %s, which names no API version: %s", t, advice)
	}
	version, ok := facts.VersionOfStripeGo(major[1])
	if !ok {
		return fmt.Errorf("the API version of stripe-go v%s is not known: add it to facts/versions.go, %s", major[1], advice)
	}
	if f.APIVersion != version {
		return fmt.Errorf("event is rendered in API version %q and this action reads %q: set the endpoint's version, %s", f.APIVersion, version, advice)
	}
	if !names(t.Name(), f.ObjectType) {
		return fmt.Errorf("event is about a %q and this action reads a %s: subscribe to other types, or %s", f.ObjectType, t.Name(), advice)
	}
	return nil
}

// names reports whether a type of stripe-go is that of Stripe's object: the
// name, without dots and underscores, ends with the object's.
func names(typ, object string) bool {
	plain := strings.NewReplacer(".", "", "_", "").Replace(object)
	return plain != "" && strings.HasSuffix(strings.ToLower(typ), plain)
}
