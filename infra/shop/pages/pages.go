// Package pages has the shop's pages of the console.
package pages

import "slices"

// Pages are those of the shop.
var Pages = slices.Concat(mailPages)
