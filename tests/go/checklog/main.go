// Checklog reads a public log in a folder, as C2SP tlog-tiles lays it out, and accepts or rejects it. All judging is
// golang.org/x/mod/sumdb/note's and golang.org/x/mod/sumdb/tlog's; what is here finds files and splits lines.
//
//	checklog FOLDER VKEY
//
// FOLDER holds checkpoint, tile/..., any number of proofs/<index>.tlog-proof, and proofs/consistency, whose lines are
// "<old size> <old root> <new size> <new root> <hash>...".
//
// Exit 0: accepted. Exit 1: rejected, and why. Exit 2: could not be asked.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height  = 8
	width   = 1 << height
	entries = -1 // the level by which tlog knows the tiles that hold entries
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: checklog FOLDER VKEY")
		os.Exit(2)
	}
	verifier, err := note.NewVerifier(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	log := &folder{os.Args[1], verifier}
	if err := log.check(); err != nil {
		fmt.Println("rejected:", err)
		os.Exit(1)
	}
	fmt.Println("accepted")
}

type folder struct {
	path     string
	verifier note.Verifier
}

func (log *folder) check() error {
	signed, err := os.ReadFile(filepath.Join(log.path, "checkpoint"))
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	tree, err := log.open(signed)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	leaves, err := log.checkEntries(tree)
	if err != nil {
		return fmt.Errorf("entries: %w", err)
	}
	hashes, err := rebuild(tree, leaves)
	if err != nil {
		return fmt.Errorf("entries: %w", err)
	}
	if err := log.checkTiles(tree, hashes); err != nil {
		return fmt.Errorf("tiles: %w", err)
	}
	if err := log.checkInclusion(leaves); err != nil {
		return fmt.Errorf("inclusion: %w", err)
	}
	if err := log.checkConsistency(hashes); err != nil {
		return fmt.Errorf("consistency: %w", err)
	}
	return nil
}

// open verifies the note and reads its three lines: tlog.ParseTree, but for the origin, which there is a constant.
func (log *folder) open(signed []byte) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(log.verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.SplitN(opened.Text, "\n", 2)
	if lines[0] != log.verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("of %q", lines[0])
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + lines[1]))
}

// checkEntries returns the hash of each entry, having found it in the tiles that lead to the checkpoint's root.
func (log *folder) checkEntries(tree tlog.Tree) ([]tlog.Hash, error) {
	proven := tlog.TileHashReader(tree, log)
	var leaves []tlog.Hash
	for n := int64(0); n*width < tree.N; n++ {
		tile := tileOf(tree, entries, n)
		data, err := log.read(tile)
		if err != nil {
			return nil, err
		}
		var indexes []int64
		for len(data) >= 2 {
			size := 2 + int(binary.BigEndian.Uint16(data))
			if size > len(data) {
				return nil, fmt.Errorf("%s ends inside an entry", tile.Path())
			}
			indexes = append(indexes, tlog.StoredHashIndex(0, int64(len(leaves))))
			leaves = append(leaves, tlog.RecordHash(data[2:size]))
			data = data[size:]
		}
		if len(data) != 0 || len(indexes) != tile.W {
			return nil, fmt.Errorf("%s has %d entries and %d bytes more", tile.Path(), len(indexes), len(data))
		}
		found, err := proven.ReadHashes(indexes)
		if err != nil {
			return nil, err
		}
		for i, hash := range found {
			if hash != leaves[n*width+int64(i)] {
				return nil, fmt.Errorf("entry %d is not the one in the tree", n*width+int64(i))
			}
		}
	}
	return leaves, nil
}

// rebuild hashes the tree anew from its leaves and compares the root, rather than rely on what TileHashReader has
// authenticated: in some releases it leaves out full tiles of a tree whose right edge has fewer tiles than subtrees.
func rebuild(tree tlog.Tree, leaves []tlog.Hash) (stored, error) {
	var hashes stored
	for i, leaf := range leaves {
		added, err := tlog.StoredHashesForRecordHash(int64(i), leaf, hashes)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, added...)
	}
	root, err := tlog.TreeHash(tree.N, hashes)
	if err == nil && root != tree.Hash {
		err = fmt.Errorf("the entries have the root %v", root)
	}
	return hashes, err
}

// checkTiles compares every tile of the tree, full and partial, with the one that tlog makes.
func (log *folder) checkTiles(tree tlog.Tree, hashes stored) error {
	for level := 0; tree.N>>(height*level) > 0; level++ {
		for n := int64(0); n*width < tree.N>>(height*level); n++ {
			tile := tileOf(tree, level, n)
			ours, err := tlog.ReadTileData(tile, hashes)
			if err != nil {
				return err
			}
			theirs, err := log.read(tile)
			if err != nil {
				return err
			}
			if !bytes.Equal(ours, theirs) {
				return fmt.Errorf("%s is another", tile.Path())
			}
		}
	}
	return nil
}

func (log *folder) checkInclusion(leaves []tlog.Hash) error {
	paths, err := filepath.Glob(filepath.Join(log.path, "proofs", "*.tlog-proof"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		index, proof, signed, err := parseProof(string(data))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if name := fmt.Sprintf("%d.tlog-proof", index); name != filepath.Base(path) || index >= int64(len(leaves)) {
			return fmt.Errorf("%s is of entry %d", path, index)
		}
		tree, err := log.open([]byte(signed))
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaves[index]); err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
	}
	return nil
}

// parseProof takes a C2SP tlog-proof file apart: the entry's index, the hashes, the signed checkpoint.
func parseProof(text string) (index int64, proof tlog.RecordProof, signed string, err error) {
	parts := strings.SplitN(text, "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return 0, nil, "", fmt.Errorf("no tlog-proof")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") && len(lines) > 1 {
		lines = lines[1:]
	}
	index, err = strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return 0, nil, "", err
	}
	proof, err = parseHashes(lines[1:])
	return index, proof, parts[1], err
}

// checkConsistency also makes each proof itself and compares, for there is only one.
func (log *folder) checkConsistency(hashes stored) error {
	data, err := os.ReadFile(filepath.Join(log.path, "proofs", "consistency"))
	if err != nil {
		return err
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		words := strings.Split(line, " ")
		if len(words) < 4 {
			return fmt.Errorf("no proof: %q", line)
		}
		oldSize, err1 := strconv.ParseInt(words[0], 10, 64)
		newSize, err2 := strconv.ParseInt(words[2], 10, 64)
		given, err3 := parseHashes(append([]string{words[1], words[3]}, words[4:]...))
		if err1 != nil || err2 != nil || err3 != nil {
			return fmt.Errorf("no proof: %q", line)
		}
		if err := tlog.CheckTree(given[2:], newSize, given[1], oldSize, given[0]); err != nil {
			return fmt.Errorf("from %d to %d: %w", oldSize, newSize, err)
		}
		if err := sameProof(given, oldSize, newSize, hashes); err != nil {
			return err
		}
	}
	return nil
}

func sameProof(given []tlog.Hash, oldSize, newSize int64, hashes stored) error {
	oldRoot, err := tlog.TreeHash(oldSize, hashes)
	if err != nil {
		return err
	}
	newRoot, err := tlog.TreeHash(newSize, hashes)
	if err != nil {
		return err
	}
	made, err := tlog.ProveTree(newSize, oldSize, hashes)
	if err != nil {
		return err
	}
	if fmt.Sprint(given) != fmt.Sprint(append([]tlog.Hash{oldRoot, newRoot}, made...)) {
		return fmt.Errorf("from %d to %d there is another proof", oldSize, newSize)
	}
	return nil
}

func parseHashes(texts []string) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(texts))
	for i, text := range texts {
		data, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || len(data) != tlog.HashSize {
			return nil, fmt.Errorf("no hash: %q", text)
		}
		copy(hashes[i][:], data)
	}
	return hashes, nil
}

// tileOf is the tile n of the level, as wide as it is in that tree.
func tileOf(tree tlog.Tree, level int, n int64) tlog.Tile {
	count := tree.N
	if level > 0 {
		count >>= height * level
	}
	tile := tlog.Tile{H: height, L: level, N: n, W: width}
	if count-n*width < width {
		tile.W = int(count - n*width)
	}
	return tile
}

// read maps tlog's paths, tile/8/<L>/<N> and tile/8/data/<N>, to C2SP's, tile/<L>/<N> and tile/entries/<N>.
func (log *folder) read(tile tlog.Tile) ([]byte, error) {
	path := strings.TrimPrefix(tile.Path(), "tile/8/")
	if tile.L == entries {
		path = "entries" + strings.TrimPrefix(path, "data")
	}
	return os.ReadFile(filepath.Join(log.path, "tile", filepath.FromSlash(path)))
}

// Height, ReadTiles and SaveTiles make a folder a tlog.TileReader.
func (log *folder) Height() int { return height }

func (log *folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := log.read(tile)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (log *folder) SaveTiles([]tlog.Tile, [][]byte) {}

// stored is a tlog.HashReader of hashes in memory.
type stored []tlog.Hash

func (hashes stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	read := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(hashes)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		read[i] = hashes[index]
	}
	return read, nil
}
