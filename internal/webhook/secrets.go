package webhook

import (
	"fmt"
	"strings"
)

// secretPrefix is what Stripe's signing secrets begin with. It is part of the key.
const secretPrefix = "whsec_"

// ParseSecrets reads signing secrets separated by commas; white space around each, such as
// a trailing newline, does no harm. ErrNoSecret if there is no text; ErrBadSecret if a
// value, also an empty one, is not of the form of a secret: one of several that is
// misspelt would refuse what it signs without a word. The error says what is wrong with
// which value and never holds any of it.
func ParseSecrets(text string) ([]string, error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, ErrNoSecret
	}
	all := strings.Split(text, ",")
	for i, s := range all {
		all[i] = strings.TrimSpace(s)
		if wrong := secretFault(all[i]); wrong != "" {
			return nil, fmt.Errorf("value %d of %d %s: %w", i+1, len(all), wrong, ErrBadSecret)
		}
	}
	return all, nil
}

// secretFault says what keeps s from being a signing secret. Stripe's are letters and
// digits; the others are those of base64.
func secretFault(s string) string {
	rest, ok := strings.CutPrefix(s, secretPrefix)
	switch {
	case s == "":
		return "is empty"
	case !ok:
		return "begins with something else"
	case rest == "":
		return "ends after the prefix"
	case !only(rest, "_-+/="):
		return "has a character that no secret has, such as a space, a quote or a line break"
	}
	return ""
}

// MadeByStripe reports whether a secret is one of those that Stripe makes for an endpoint:
// 32 letters of both cases and digits after the prefix, or more. Those of `stripe listen`
// are hexadecimal, so of one case, and of test mode unless its --live is given.
func MadeByStripe(secret string) bool {
	rest, ok := strings.CutPrefix(secret, secretPrefix)
	return ok && len(rest) >= 32 && only(rest, "") && strings.ToLower(rest) != rest && strings.ToUpper(rest) != rest
}
