// Package money reads the integers that Stripe calls amounts.
//
// An amount is a whole number of the currency's smallest unit as Stripe counts
// it, which is not always ISO 4217's. Nothing here uses floating point.
package money

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Amount is money as Stripe sends it. The zero Amount is nothing of no
// currency. Currency is a code in any case; Stripe sends it in lower case.
type Amount struct {
	Minor    int64
	Currency string
}

// zeroDecimal are the currencies that Stripe sends in whole units.
// Source: docs.stripe.com/currencies#zero-decimal, without UGX.
var zeroDecimal = set("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF")

// threeDecimal are sent in thousandths; the last digit is always 0.
// Source: docs.stripe.com/currencies#three-decimal.
var threeDecimal = set("BHD JOD KWD OMR TND")

// wholeOnly have no decimals of their own but are sent with two: 500 is 5.
// HUF and TWD are not among them: they are charged with two decimals and whole
// only in payouts. Source: docs.stripe.com/currencies#special-cases.
var wholeOnly = set("ISK UGX")

func set(codes string) map[string]bool {
	m := map[string]bool{}
	for _, c := range strings.Fields(codes) {
		m[c] = true
	}
	return m
}

// Code is the currency as people write it: USD. It is empty for what cannot be one, which
// may be any text.
func (a Amount) Code() string {
	code := strings.ToUpper(strings.TrimSpace(a.Currency))
	if len(code) < 3 || len(code) > maxCode || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	return code
}

// maxCode is the longest code: stablecoins have four letters.
const maxCode = 5

// Decimals is how many of the last digits of Minor are decimals: 0, 2 or 3. A
// currency that is not known has two.
func (a Amount) Decimals() int {
	switch code := a.Code(); {
	case zeroDecimal[code]:
		return 0
	case threeDecimal[code]:
		return 3
	default:
		return 2
	}
}

// Number is the exact number without the currency: 10.00, 5.000, 500. The
// point is always a point and there are no separators between thousands. ISK
// and UGX show decimals only where they are not 0.
func (a Amount) Number() string {
	digits, sign := strconv.FormatInt(a.Minor, 10), ""
	if digits[0] == '-' {
		digits, sign = digits[1:], "-"
	}
	n := a.Decimals()
	if n == 0 {
		return sign + digits
	}
	if short := n + 1 - len(digits); short > 0 {
		digits = strings.Repeat("0", short) + digits
	}
	whole, part := digits[:len(digits)-n], digits[len(digits)-n:]
	if wholeOnly[a.Code()] && strings.Trim(part, "0") == "" {
		return sign + whole
	}
	return sign + whole + "." + part
}

// String is the amount for a mail or a report: 10.00 USD. The code comes after
// the number and stands for the symbol, which several currencies share.
func (a Amount) String() string {
	if a.Code() == "" {
		return a.Number()
	}
	return a.Number() + " " + a.Code()
}

// Share is total·part/whole to the nearest unit, halves up, without overflow on the
// way. It is total if whole is 0, and a negative number counts as 0.
func Share(part, total, whole int64) int64 {
	if whole <= 0 {
		return total
	}
	p, t, w := unsigned(part), unsigned(total), unsigned(whole)
	hi, lo := bits.Mul64(p, t)
	lo, carry := bits.Add64(lo, w/2, 0)
	if hi += carry; hi >= w {
		return math.MaxInt64
	}
	share, _ := bits.Div64(hi, lo, w)
	return int64(min(share, math.MaxInt64)) //nolint:gosec // bounded
}

func unsigned(n int64) uint64 { return uint64(max(0, n)) } //nolint:gosec // not negative
