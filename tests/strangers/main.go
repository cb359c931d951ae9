// Strangers answers questions about logs, notes and proofs with libraries that nobody here wrote: golang.org/x/mod/sumdb and those of
// transparency-dev. One JSON question a line on stdin, one JSON answer a line on stdout.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/api/layout"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Do      string            `json:"do"`
	Note    string            `json:"note"`
	Text    string            `json:"text"`
	Origin  string            `json:"origin"`
	Keys    []string          `json:"keys"`
	Policy  string            `json:"policy"`
	Data    []byte            `json:"data"`
	Leaf    []byte            `json:"leaf"`
	Root    []byte            `json:"root"`
	OldRoot []byte            `json:"old_root"`
	Proof   [][]byte          `json:"proof"`
	Tiles   map[string][]byte `json:"tiles"`
	Level   uint64            `json:"level"`
	Index   uint64            `json:"index"`
	Width   uint8             `json:"width"`
	OldSize uint64            `json:"old_size"`
	Size    uint64            `json:"size"`
}

type answer struct {
	Error   string   `json:"error,omitempty"`
	Origin  string   `json:"origin,omitempty"`
	Size    uint64   `json:"size,omitempty"`
	Root    []byte   `json:"root,omitempty"`
	Names   []string `json:"names,omitempty"`
	Times   []int64  `json:"times,omitempty"`
	Text    string   `json:"text,omitempty"`
	Holds   bool     `json:"holds,omitempty"`
	Hashes  [][]byte `json:"hashes,omitempty"`
	Entries [][]byte `json:"entries,omitempty"`
}

var answers = map[string]func(question) (answer, error){
	"hash a leaf":          hashLeaf,
	"open a checkpoint":    openCheckpoint,
	"sign":                 sign,
	"cosign":               cosign,
	"verify inclusion":     verifyInclusion,
	"verify consistency":   verifyConsistency,
	"prove inclusion":      proveInclusion,
	"prove consistency":    proveConsistency,
	"meet a policy":        meetPolicy,
	"name a tile":          nameTile,
	"name an entry bundle": nameBundle,
	"open an entry bundle": openBundle,
}

func main() {
	asked := bufio.NewScanner(os.Stdin)
	asked.Buffer(nil, 1<<26)
	told := json.NewEncoder(os.Stdout)
	for asked.Scan() {
		var q question
		a, err := answer{}, json.Unmarshal(asked.Bytes(), &q)
		if err == nil {
			if reply, known := answers[q.Do]; known {
				a, err = reply(q)
			} else {
				err = fmt.Errorf("nobody knows how to %q", q.Do)
			}
		}
		if err != nil {
			a = answer{Error: err.Error()}
		}
		if err := told.Encode(a); err != nil {
			panic(err)
		}
	}
	if err := asked.Err(); err != nil {
		panic(err)
	}
}

func hashLeaf(q question) (answer, error) {
	ours := rfc6962.DefaultHasher.HashLeaf(q.Data)
	if theirs := tlog.RecordHash(q.Data); string(theirs[:]) != string(ours) {
		return answer{}, errors.New("the strangers disagree")
	}
	return answer{Root: ours}, nil
}

// openCheckpoint takes the log's key first, then those of witnesses.
func openCheckpoint(q question) (answer, error) {
	byLog, err := note.NewVerifier(q.Keys[0])
	if err != nil {
		return answer{}, err
	}
	var byWitnesses []note.Verifier
	for _, key := range q.Keys[1:] {
		v, err := fnote.NewVerifierForCosignatureV1(key)
		if err != nil {
			return answer{}, err
		}
		byWitnesses = append(byWitnesses, v)
	}
	c, _, n, err := log.ParseCheckpoint([]byte(q.Note), q.Origin, byLog, byWitnesses...)
	if err != nil {
		return answer{}, err
	}
	a := answer{Origin: c.Origin, Size: c.Size, Root: c.Hash, Text: n.Text}
	for _, s := range n.Sigs {
		a.Names = append(a.Names, s.Name)
		at := time.Time{}
		if s.Name != byLog.Name() {
			if at, err = fnote.CoSigV1Timestamp(s); err != nil {
				return answer{}, err
			}
			a.Times = append(a.Times, at.Unix())
		}
	}
	return a, nil
}

func sign(q question) (answer, error) {
	s, err := note.NewSigner(q.Keys[0])
	if err != nil {
		return answer{}, err
	}
	signed, err := note.Sign(&note.Note{Text: q.Text}, s)
	return answer{Text: string(signed)}, err
}

// cosign takes an Ed25519 key, as its maker has it, and cosigns with it now.
func cosign(q question) (answer, error) {
	s, err := fnote.NewSignerForCosignatureV1(q.Keys[0])
	if err != nil {
		return answer{}, err
	}
	signed, err := note.Sign(&note.Note{Text: q.Text}, s)
	return answer{Text: string(signed)}, err
}

func verifyInclusion(q question) (answer, error) {
	err := proof.VerifyInclusion(rfc6962.DefaultHasher, q.Index, q.Size, q.Leaf, q.Proof, q.Root)
	other := tlog.CheckRecord(tlog.RecordProof(hashes(q.Proof)), int64(q.Size), hash(q.Root), int64(q.Index), hash(q.Leaf))
	return answer{Holds: err == nil}, agreed(err, other)
}

func verifyConsistency(q question) (answer, error) {
	err := proof.VerifyConsistency(rfc6962.DefaultHasher, q.OldSize, q.Size, q.Proof, q.OldRoot, q.Root)
	other := tlog.CheckTree(tlog.TreeProof(hashes(q.Proof)), int64(q.Size), hash(q.Root), int64(q.OldSize), hash(q.OldRoot))
	return answer{Holds: err == nil}, agreed(err, other)
}

func proveInclusion(q question) (answer, error) {
	p, err := tlog.ProveRecord(int64(q.Size), int64(q.Index), tiles{q})
	return answer{Hashes: slices(p)}, err
}

func proveConsistency(q question) (answer, error) {
	p, err := tlog.ProveTree(int64(q.Size), int64(q.OldSize), tiles{q})
	return answer{Hashes: slices(p)}, err
}

func meetPolicy(q question) (answer, error) {
	group, err := tessera.NewWitnessGroupFromPolicy([]byte(q.Policy))
	if err != nil {
		return answer{}, err
	}
	return answer{Holds: group.Satisfied([]byte(q.Note))}, nil
}

func nameTile(q question) (answer, error) {
	return answer{Text: layout.TilePath(q.Level, q.Index, q.Width)}, nil
}

func nameBundle(q question) (answer, error) {
	return answer{Text: layout.EntriesPath(q.Index, q.Width)}, nil
}

func openBundle(q question) (answer, error) {
	var bundle api.EntryBundle
	err := bundle.UnmarshalText(q.Data)
	return answer{Entries: bundle.Entries}, err
}

// tiles reads hashes, and verifies each against the root, out of tiles that were handed over.
type tiles struct{ question }

func (t tiles) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	return tlog.TileHashReader(tlog.Tree{N: int64(t.Size), Hash: hash(t.Root)}, t).ReadHashes(indexes)
}

func (t tiles) Height() int { return layout.TileHeight }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		path := layout.TilePath(uint64(tile.L), uint64(tile.N), uint8(tile.W%layout.TileWidth))
		data, served := t.Tiles[path]
		if !served {
			return nil, fmt.Errorf("%s is not served", path)
		}
		read = append(read, data)
	}
	return read, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func agreed(one, other error) error {
	if (one == nil) != (other == nil) {
		return fmt.Errorf("the strangers disagree: %v, %v", one, other)
	}
	return nil
}

func hash(data []byte) (h tlog.Hash) {
	if len(data) == len(h) {
		copy(h[:], data)
	}
	return h
}

func hashes(many [][]byte) []tlog.Hash {
	all := make([]tlog.Hash, len(many))
	for i, one := range many {
		all[i] = hash(one)
	}
	return all
}

func slices[P ~[]tlog.Hash](p P) [][]byte {
	all := make([][]byte, len(p))
	for i := range p {
		all[i] = p[i][:]
	}
	return all
}
