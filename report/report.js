/* Sorting and filtering of the accounts.  The report is whole without it, and on paper. */
(function () {
	'use strict';
	var table = document.getElementById('accounts-table');
	if (!table)
		return;
	var body = table.tBodies[0];
	/* So many are laid out at first: thousands take a browser seconds. */
	var most = 200;
	var rows = Array.prototype.map.call(body.rows, function (row, i) {
		return { row: row, i: i, words: text(row).toLowerCase(), there: true };
	});
	var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);

	function text(cell) {
		return cell.textContent.trim();
	}
	/* A number where every digit counts, else words; nothing sorts last. */
	function key(cell) {
		var v = cell.getAttribute('data-v');
		if (v === null)
			v = text(cell);
		if (v === '')
			return null;
		var bare = v.replace(/,/g, '');
		return /^-?\d+(\.\d+)?$/.test(bare) ? Number(bare) : v.toLowerCase();
	}
	function compare(a, b, down) {
		if (a === null || b === null)
			return a === b ? 0 : a === null ? 1 : -1;
		if (typeof a !== typeof b)
			return typeof a === 'number' ? -1 : 1;
		var c = a < b ? -1 : a > b ? 1 : 0;
		return down ? -c : c;
	}
	function sort(column, th) {
		var down = th.getAttribute('aria-sort') === 'ascending' ||
			(th.className === 'n' && th.getAttribute('aria-sort') !== 'descending');
		rows.forEach(function (r) { r.key = key(r.row.cells[column]); });
		rows.sort(function (a, b) {
			return compare(a.key, b.key, down) || a.i - b.i;
		});
		heads.forEach(function (h) { h.removeAttribute('aria-sort'); });
		th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
		var all = document.createDocumentFragment();
		rows.forEach(function (r) { all.appendChild(r.row); });
		show();
		body.appendChild(all);
	}
	heads.forEach(function (th, column) {
		var button = document.createElement('button');
		button.type = 'button';
		button.textContent = text(th);
		button.addEventListener('click', function () { sort(column, th); });
		th.textContent = '';
		th.appendChild(button);
	});

	var tools = document.getElementById('accounts-tools');
	var label = document.createElement('label');
	var input = document.createElement('input');
	var choice = document.createElement('label');
	var select = document.createElement('select');
	var said = document.createElement('span');
	var more = document.createElement('button');
	var states = [];
	input.type = 'search';
	label.append('Filter', input);
	rows.forEach(function (r) {
		var s = r.row.cells[1].getAttribute('data-v');
		if (states.indexOf(s) < 0)
			states.push(s);
	});
	select.add(new Option('any', ''));
	states.sort().forEach(function (s) { select.add(new Option(s, s)); });
	choice.append('State', select);
	said.setAttribute('role', 'status');
	more.type = 'button';
	more.textContent = 'Show all';
	more.addEventListener('click', function () {
		most = rows.length;
		show();
	});
	tools.append(label, choice, said, more);
	function show() {
		var n = 0;
		rows.forEach(function (r) {
			n += r.there;
			r.row.hidden = !r.there;
			r.row.className = r.there && n > most ? 'later' : '';
		});
		said.textContent = n + ' of ' + rows.length + ' rows' +
			(n > most ? ', the first ' + most + ' are shown' : '');
		more.hidden = n <= most;
	}
	function filter() {
		var want = input.value.trim().toLowerCase();
		rows.forEach(function (r) {
			r.there = r.words.indexOf(want) >= 0 &&
				(select.value === '' || r.row.cells[1].getAttribute('data-v') === select.value);
		});
		show();
	}
	input.addEventListener('input', filter);
	select.addEventListener('change', filter);
	document.addEventListener('keydown', function (e) {
		if (e.key === '/' && !/^(INPUT|SELECT)$/.test(document.activeElement.tagName)) {
			e.preventDefault();
			input.focus();
		}
	});
	filter();
}());
